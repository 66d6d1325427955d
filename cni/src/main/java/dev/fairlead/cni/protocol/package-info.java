/**
 * Configurations, parameters, results and capabilities of CNI as values, read from and written to their text forms.
 *
 * <p>Follows SPEC.md 1.1.0, sections 1, 2 and 5, CONVENTIONS.md for the capabilities, and the results of 0.3.0 to 1.0.0 at
 * their tags. Start with {@link dev.fairlead.cni.protocol.NetConf} (what a plugin is given) and
 * {@link dev.fairlead.cni.protocol.AddResult} (what it answers). Nothing here does input or output. Everything is immutable
 * and safe for any thread, on the condition that nobody changes a JSON tree that a value has handed out.
 */
@NullMarked
package dev.fairlead.cni.protocol;

import org.jspecify.annotations.NullMarked;
