package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.plan.ipam.Attachment;
import java.util.List;
import java.util.Set;

/**
 * What a pod's interface can have beside addresses and wiring, when the runtime asks for it. Started after the wiring and
 * before the answer, in the order in which the plugin has them, and undone in reverse. Any number of calls at once; those
 * for one attachment come one at a time.
 */
interface PodFeature extends AutoCloseable {
    /**
     * Starts it for a pod that is wired, if this call asks for it; in a chain the wiring may be somebody else's. When it
     * fails it leaves nothing behind.
     *
     * @param wired what the runtime will be told: interfaces and addresses
     * @throws CniException that says what was refused
     */
    void start(AddRequest request, Attachment owner, AddResult wired);

    /** Undoes it, if it is there. The pod's interface, and its namespace too, may be gone already. */
    void forget(Attachment owner);

    /** @throws CniException that says what is missing of what {@link #start} made */
    void check(CheckRequest request, Attachment owner);

    /** Who has something of it, whoever wired the pod. */
    Set<Attachment> owners();

    /** Looks whether the kernel still has what was made, and makes it so: a sentence for each thing that wasn't. */
    List<String> mend();

    /** Takes everything of it out of the kernel, for all pods. */
    void clean();

    /** Lets go of its descriptors; what it made for pods stays. */
    @Override
    void close();
}
