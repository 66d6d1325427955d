/**
 * Which pod gets which address: pools from the node's pod CIDRs or from CNI {@code ipRanges}, leases, and the text form of
 * the journal that makes them durable (CNI 1.1.0 conventions {@code ips}, {@code ipRanges}, {@code mac}; what host-local
 * does, without its walk over all leases).
 *
 * <p>Start with {@link dev.fairlead.plan.ipam.Ipam}. Everything is immutable and safe for any thread; two callers that
 * decide on the same state at the same time must be kept apart by the caller.
 */
@NullMarked
package dev.fairlead.plan.ipam;

import org.jspecify.annotations.NullMarked;
