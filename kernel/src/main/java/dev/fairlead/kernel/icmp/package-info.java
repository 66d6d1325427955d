/**
 * Echo requests as {@code ping} sends them. Source: {@code icmp(7)}, {@code raw(7)}, {@code ip(7)}, {@code ipv6(7)}, RFC 792 and
 * RFC 4443.
 *
 * <p>All of it is {@link dev.fairlead.kernel.icmp.EchoSocket}; used by one thread at a time.
 */
@NullMarked
package dev.fairlead.kernel.icmp;

import org.jspecify.annotations.NullMarked;
