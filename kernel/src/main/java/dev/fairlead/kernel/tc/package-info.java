/**
 * Queueing disciplines and filters of links: {@code tc(8)}, and what {@code Documentation/netlink/specs/tc.yaml} calls tc.
 *
 * <p>{@link dev.fairlead.kernel.tc.TcRequests} holds the messages that add and delete, as values, to be sent by {@link
 * dev.fairlead.kernel.route.Rtnetlink}; {@link dev.fairlead.kernel.tc.TrafficControl} reads what the kernel holds into {@link
 * dev.fairlead.kernel.tc.Qdisc} and {@link dev.fairlead.kernel.tc.Filter}, which print as {@code tc} prints them. Numbers and
 * layouts: {@code <linux/rtnetlink.h>}, {@code <linux/pkt_sched.h>}, {@code <linux/pkt_cls.h>}, {@code
 * <linux/tc_act/tc_mirred.h>}. Everything here but {@code TrafficControl} is immutable; that is safe from any thread.
 */
@NullMarked
package dev.fairlead.kernel.tc;

import org.jspecify.annotations.NullMarked;
