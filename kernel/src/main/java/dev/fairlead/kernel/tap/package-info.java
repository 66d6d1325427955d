/**
 * Taps: sockets that see the packets of one connection on one device, as {@code tcpdump} does. Source: {@code packet(7)},
 * {@code <linux/if_packet.h>}, {@code <linux/filter.h>}; files by draft-ietf-opsawg-pcapng.
 *
 * <p>Start with {@link dev.fairlead.kernel.tap.Taps}, which listens on many devices at once. What is wanted is a {@link
 * dev.fairlead.kernel.tap.TapFilter}, and the kernel drops the rest before it is queued; what was seen is a {@link
 * dev.fairlead.kernel.tap.Sighting}; {@link dev.fairlead.kernel.tap.PcapNg} makes a file of it for other tools. Values are
 * immutable; taps are used by one thread at a time.
 */
@NullMarked
package dev.fairlead.kernel.tap;

import org.jspecify.annotations.NullMarked;
