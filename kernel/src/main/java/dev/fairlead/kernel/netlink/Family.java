package dev.fairlead.kernel.netlink;

import java.util.function.IntFunction;

/**
 * A netlink protocol: its number for {@code socket(2)} and how its messages read.
 *
 * @param number {@code NETLINK_ROUTE} (0), {@code NETLINK_NETFILTER} (12)
 * @param name for messages to people
 * @param formats from message type to how it reads; must answer for unknown types too ({@link MessageFormat#unknown})
 */
public record Family(int number, String name, IntFunction<MessageFormat> formats) {

    /**
     * How one message type reads.
     *
     * @param name the kernel's name, {@code RTM_NEWLINK}
     * @param headerLength bytes of the family header in front of the attributes
     * @param header the family header as text
     * @param attributes names of the attributes
     */
    public record MessageFormat(String name, int headerLength, HeaderText header, Schema attributes) {

        public static MessageFormat unknown(int type) {
            return new MessageFormat("type " + type, 0, bytes -> "", Schema.of());
        }
    }

    /** Prints a family header. */
    @FunctionalInterface
    public interface HeaderText {
        /** {@code body} is in host byte order and at least as long as the header. */
        String of(java.nio.ByteBuffer body);
    }
}
