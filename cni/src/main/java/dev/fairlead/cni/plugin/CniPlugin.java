package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;

/**
 * What a plugin does. {@link PluginProtocol} has checked environment, version and configuration before it calls any of
 * these. Each may be called from several threads at once, though never by a well-behaved runtime for one container.
 *
 * <p>Each fails with a {@link dev.fairlead.cni.CniException}, whose code and sentence reach the runtime; any other exception
 * becomes code 999. A delegate's failure can be thrown on as it is.
 */
public interface CniPlugin {

    /**
     * Makes the interface, or, later in a chain, changes what the plugins before it made.
     *
     * @return in any version; it is converted to the one asked for. With a {@code prevResult}, that result and what changed
     */
    AddResult add(AddRequest request);

    /**
     * Takes away what ADD made, as far as it is there. Nothing being there is success, also the second time, without a
     * namespace, and after an ADD that failed half-way.
     */
    void del(DelRequest request);

    /** Compares what is there with the result of ADD, and fails when the container is worse off than it says. */
    void check(CheckRequest request);

    /** Takes away what belongs to attachments of this network that aren't in the list; goes on over failures. */
    void gc(GcRequest request);

    /** Fails with code 50 or 51 when an ADD couldn't be served now. */
    void status(StatusRequest request);
}
