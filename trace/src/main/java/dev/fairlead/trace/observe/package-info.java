/**
 * Sees where the packets of one connection really go: taps on devices, traced rules, what conntrack remembers, the kernel's own
 * answer to which route it takes. Start at {@link dev.fairlead.trace.observe.Observation}. Nothing is marked or changed in a
 * packet, and all that is armed goes with the descriptors that armed it, however the process ends.
 */
@NullMarked
package dev.fairlead.trace.observe;

import org.jspecify.annotations.NullMarked;
