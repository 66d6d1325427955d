/**
 * Connection tracking, spoken over ctnetlink: list the flows the kernel remembers, find one, delete some, hear of changes,
 * and print them as {@code conntrack -L} does. Source: {@code <linux/netfilter/nfnetlink_conntrack.h>}.
 *
 * <p>Start with {@link dev.fairlead.kernel.conntrack.Conntrack}. The kernel tracks connections of a namespace only once some
 * rule there needs it. Values are immutable; a socket may be used from any thread.
 */
@NullMarked
package dev.fairlead.kernel.conntrack;

import org.jspecify.annotations.NullMarked;
