/**
 * Addresses, prefixes and headers as values; no I/O. Byte order is the network's everywhere.
 *
 * <p>Start with {@link dev.fairlead.packet.Ip}. Everything here is immutable and safe for any thread.
 */
@NullMarked
package dev.fairlead.packet;

import org.jspecify.annotations.NullMarked;
