package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Mapping;
import dev.fairlead.kernel.sys.SocketOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * Memory that the kernel shares with a packet socket and puts packets into, {@code PACKET_RX_RING} with {@code TPACKET_V2},
 * {@code Documentation/networking/packet_mmap.rst}: slots of one size, used in turn, each the kernel's or the reader's. For one thread at a time.
 *
 * <p>So the kernel takes the time of a packet itself when it comes by. A socket that is read by {@code recvmsg(2)} gets it only
 * where the whole machine takes the time of each packet on each device ({@code SO_TIMESTAMPNS}), which all other traffic pays for.
 *
 * <pre>
 * struct tpacket2_hdr { __u32 tp_status, tp_len, tp_snaplen; __u16 tp_mac, tp_net; __u32 tp_sec, tp_nsec; … };
 * struct sockaddr_ll, behind it
 * </pre>
 */
final class PacketRing implements AutoCloseable {
    private static final int SOL_PACKET = 263;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_VERSION = 10;
    private static final int TPACKET_V2 = 1;

    /** {@code TP_STATUS_KERNEL}, {@code TP_STATUS_USER}. */
    private static final int KERNEL = 0, USER = 1;

    /** {@code sizeof(struct tpacket2_hdr)}, where the address begins, and where in it {@code sll_pkttype} is. */
    static final int HEADER = 32, TYPE = 10;

    static final int LENGTH = 4, CAUGHT = 8, MAC = 12, SECONDS = 16, NANOS = 20;

    /** Headers, padding and {@link Frame#SNAP} bytes fit into a slot; a block is whole pages of any size. */
    private static final int SLOT = 512, BLOCK = 1 << 16, BLOCKS = 32;

    /** How many packets may wait for the reader. */
    static final int SLOTS = BLOCKS * (BLOCK / SLOT);

    private static final VarHandle STATUS = ValueLayout.JAVA_INT.varHandle();
    private static final long SECOND = 1_000_000_000L;

    private final Mapping mapping;
    private int next;

    private PacketRing(Mapping mapping) {
        this.mapping = mapping;
    }

    /** @param socket that isn't bound yet */
    static PacketRing of(Fd socket) {
        SocketOptions.set(socket, SOL_PACKET, PACKET_VERSION, TPACKET_V2);
        SocketOptions.set(socket, SOL_PACKET, PACKET_RX_RING, BLOCK, BLOCKS, SLOT, SLOTS); // struct tpacket_req
        return new PacketRing(Mapping.of(socket, 0, (long) BLOCK * BLOCKS, true));
    }

    /**
     * A packet as it came by.
     *
     * @param nanos CLOCK_REALTIME
     */
    record Arrival(long nanos, PacketType type, Frame frame) {}

    /** The next packet, if there is one; its slot is the kernel's again. */
    Optional<Arrival> receive() {
        MemorySegment slot = mapping.memory().asSlice((long) next * SLOT, SLOT);
        if (((int) STATUS.getAcquire(slot, 0L) & USER) == 0) {
            return Optional.empty();
        }
        int start = Short.toUnsignedInt(slot.get(ValueLayout.JAVA_SHORT, MAC));
        int caught = Math.min(slot.get(ValueLayout.JAVA_INT, CAUGHT), SLOT - start);
        byte[] bytes = slot.asSlice(start, caught).toArray(ValueLayout.JAVA_BYTE);
        Arrival arrival = new Arrival(
                Integer.toUnsignedLong(slot.get(ValueLayout.JAVA_INT, SECONDS)) * SECOND
                        + slot.get(ValueLayout.JAVA_INT, NANOS),
                PacketType.ofNumber(slot.get(ValueLayout.JAVA_BYTE, HEADER + TYPE)),
                new Frame(bytes, slot.get(ValueLayout.JAVA_INT, LENGTH)));
        STATUS.setRelease(slot, 0L, KERNEL);
        next = (next + 1) % SLOTS;
        return Optional.of(arrival);
    }

    @Override
    public void close() {
        mapping.close();
    }
}
