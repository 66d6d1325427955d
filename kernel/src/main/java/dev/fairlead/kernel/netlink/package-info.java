/**
 * The netlink protocol, {@code netlink(7)} and {@code <linux/netlink.h>}: messages, attributes, requests, dumps, batches and
 * multicast, with strict checking and extended acknowledgements always on.
 *
 * <p>{@link dev.fairlead.kernel.netlink.NetlinkSocket} sends a {@link dev.fairlead.kernel.netlink.Request} and reads {@link
 * dev.fairlead.kernel.netlink.Message}s; {@link dev.fairlead.kernel.netlink.Encoder} and {@link
 * dev.fairlead.kernel.netlink.Attributes} are the wire; {@link dev.fairlead.kernel.netlink.Schema} gives the numbers their
 * kernel names, for the explain mode and for errors. Integers are in host byte order unless a name says {@code be}. A socket
 * serves one caller at a time and may be handed between threads.
 */
@NullMarked
package dev.fairlead.kernel.netlink;

import org.jspecify.annotations.NullMarked;
