package dev.fairlead.kernel.tap;

/** How a device came to have a packet: {@code sll_pkttype}, {@code PACKET_*} of {@code <linux/if_packet.h>}. */
public enum PacketType {
    /** Came in, for this device's own address. */
    HOST(0),
    /** Came in for everybody. */
    BROADCAST(1),
    /** Came in for a group. */
    MULTICAST(2),
    /** Came in for somebody else: what a bridge's port receives to be switched. */
    OTHERHOST(3),
    /** Goes out, whoever sent it. */
    OUTGOING(4);

    private final int number;

    PacketType(int number) {
        this.number = number;
    }

    /** Kernel-internal ones, which never get to a socket, count as {@link #HOST}. */
    static PacketType ofNumber(int number) {
        for (PacketType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return HOST;
    }
}
