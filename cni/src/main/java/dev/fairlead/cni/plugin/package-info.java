/**
 * The side of CNI that is called: from an environment and standard input to a typed request, and from what a plugin returns
 * or throws to standard output and exit code.
 *
 * <p>Follows SPEC.md 1.1.0, section 2. Start with {@link dev.fairlead.cni.plugin.PluginProtocol}; whoever wires containers
 * implements {@link dev.fairlead.cni.plugin.CniPlugin}. Requests are immutable; {@code PluginProtocol} may be called from any
 * number of threads at once, as containers are independent.
 */
@NullMarked
package dev.fairlead.cni.plugin;

import org.jspecify.annotations.NullMarked;
