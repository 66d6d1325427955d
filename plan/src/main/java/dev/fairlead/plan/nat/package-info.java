/**
 * Host ports and masquerade: what of a node's traffic is translated for its pods (CNI conventions {@code portMappings} and
 * {@code ipMasq}; what the reference plugins portmap and bridge do), and the text form of the file that makes it durable.
 *
 * <p>Start with {@link dev.fairlead.plan.nat.NatBook}. Everything is immutable and safe for any thread.
 */
@NullMarked
package dev.fairlead.plan.nat;

import org.jspecify.annotations.NullMarked;
