package dev.fairlead.kernel.drops;

import static dev.fairlead.kernel.drops.Ebpf.STACK;

import dev.fairlead.kernel.drops.Ebpf.Label;
import dev.fairlead.kernel.drops.Ebpf.Size;
import dev.fairlead.kernel.drops.Ebpf.Test;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The program that the kernel runs where it drops a packet: is it one that is wanted, it writes an {@link Event} into a ring. It reads
 * the kernel's memory by a helper that gives zeros where there is none, so that a pointer which isn't one leads to nothing wanted.
 * Register 6 keeps the arguments, 7 the packet, 8 and 9 are used in between.
 */
final class DropProgram {
    /**
     * The kernel lends its reading helpers only to programs under a license of this kind. What it says so of is the program alone, the
     * instructions that this class makes.
     */
    static final String LICENSE = "Dual BSD/GPL";

    /** Arguments of the tracepoint {@code kfree_skb}, by their places. */
    private static final int SKB = 0, LOCATION = 1, REASON = 2;

    static final int RECEIVER = 3;

    /** On the stack, downwards from its end: the event, a pointer that was read, the ports, and a key. */
    private static final int EVENT = -Event.BYTES, POINTER = EVENT - 8, PORTS = POINTER - 8, KEY = PORTS - 8;

    private static final int PACKET = EVENT + Event.PACKET;

    /** Names the function that an address is in. */
    static final String FORMAT = "%ps";

    private final SkbLayout layout;
    private final DropFilter filter;
    private final boolean v4;
    private final Ebpf program = new Ebpf();
    private final Label end = new Label();

    private DropProgram(SkbLayout layout, DropFilter filter) {
        this.layout = layout;
        this.filter = filter;
        v4 = filter.packets().family() == Family.IPV4;
    }

    /** One that does nothing, but with what the real one uses: whether the kernel takes it says whether it would take that. */
    static byte[] probe() {
        Ebpf program = new Ebpf().move(3, STACK);
        return read(program, 8, POINTER).set(0, 0).exit().bytes();
    }

    /**
     * Descriptors of what it uses.
     *
     * @param ring for events
     * @param lost counts those that found no place
     * @param format a text, {@link #FORMAT}
     */
    record Maps(int ring, int lost, int format) {}

    static byte[] make(SkbLayout layout, DropFilter filter, Maps maps) {
        DropProgram made = new DropProgram(layout, filter);
        made.arguments();
        made.namespace();
        made.packet();
        made.addresses();
        made.ports();
        made.function(maps);
        made.tell(maps);
        return made.program.bind(made.end).set(0, 0).exit().bytes();
    }

    private void arguments() {
        program.move(6, 1).load(Size.LONG, 7, 6, 8 * SKB);
        program.load(Size.LONG, 1, 6, 8 * LOCATION).store(Size.LONG, STACK, EVENT + Event.LOCATION, 1);
        program.load(Size.LONG, 1, 6, 8 * REASON).store(Size.WORD, STACK, EVENT + Event.REASON, 1);
    }

    /**
     * Where the packet is: in its device's namespace, its sender's or its receiver's, whichever of them it has. While a socket has it, something else
     * stands in place of the device.
     */
    private void namespace() {
        Label watched = new Label();
        program.move(3, 7).addNumber(3, layout.device());
        pointed().addNumber(3, layout.deviceNamespace());
        isWatched(watched);
        program.move(3, 7).addNumber(3, layout.socket());
        pointed().addNumber(3, layout.socketNamespace());
        isWatched(watched);
        if (layout.tellsReceiver()) {
            program.load(Size.LONG, 3, 6, 8 * RECEIVER).addNumber(3, layout.socketNamespace());
            isWatched(watched);
        }
        program.jump(end).bind(watched);
    }

    /** Whether register 3 leads to a pointer to one of the namespaces. */
    private void isWatched(Label watched) {
        pointed().addNumber(3, layout.inode());
        read(program, 4, EVENT + Event.NAMESPACE).load(Size.WORD, 1, STACK, EVENT + Event.NAMESPACE);
        filter.namespaces().forEach(inode -> program.jumpIf(Test.EQUAL, 1, inode.intValue(), watched));
    }

    /** The pointer at the place that register 3 has, into the same register. */
    private Ebpf pointed() {
        return read(program, 8, POINTER).load(Size.LONG, 3, STACK, POINTER);
    }

    /** As many bytes as said from the place that register 3 has to one of the stack; zeros where they can't be read. */
    private static Ebpf read(Ebpf program, int bytes, int to) {
        return program.move(1, STACK).addNumber(1, to).set(2, bytes).call(Ebpf.PROBE_READ_KERNEL);
    }

    /** Its headers, if it is of the protocol. */
    private void packet() {
        program.move(3, 7).addNumber(3, layout.networkHeader());
        read(program, 2, POINTER).load(Size.HALF, 8, STACK, POINTER);
        program.move(3, 7).addNumber(3, layout.head());
        pointed().add(3, 8).move(9, 3);
        read(program, Event.SNAP, PACKET);
        program.load(Size.BYTE, 1, STACK, PACKET).and(1, 0xf0).jumpIf(Test.NOT_EQUAL, 1, v4 ? 0x40 : 0x60, end);
        program.load(Size.BYTE, 1, STACK, PACKET + (v4 ? 9 : 6));
        program.jumpIf(Test.NOT_EQUAL, 1, filter.packets().protocol().number(), end);
    }

    private void addresses() {
        Label found = new Label();
        int source = PACKET + (v4 ? 12 : 8);
        for (Ip address : filter.packets().addresses()) {
            isAddress(address, source, found);
            isAddress(address, source + address.family().bytes(), found);
        }
        program.jump(end).bind(found);
    }

    private void isAddress(Ip address, int at, Label found) {
        Label other = new Label();
        ByteBuffer words = ByteBuffer.wrap(address.bytes()).order(ByteOrder.nativeOrder());
        for (int i = 0; words.hasRemaining(); i += Integer.BYTES) {
            program.load(Size.WORD, 1, STACK, at + i).jumpIf(Test.NOT_EQUAL, 1, words.getInt(), other);
        }
        program.jump(found).bind(other);
    }

    private void ports() {
        TapFilter packets = filter.packets();
        if (!packets.protocol().hasPorts()) {
            return;
        }
        Label found = new Label();
        program.move(3, 9);
        if (v4) {
            program.load(Size.BYTE, 1, STACK, PACKET)
                    .and(1, 0x0f)
                    .shiftLeft(1, 2)
                    .add(3, 1);
        } else {
            program.addNumber(3, 40);
        }
        read(program, 4, PORTS);
        for (int at : new int[] {PORTS, PORTS + 2}) {
            program.load(Size.HALF, 1, STACK, at);
            packets.ports().forEach(port -> program.jumpIf(Test.EQUAL, 1, onTheWire(port), found));
        }
        program.jump(end).bind(found);
    }

    /** Two bytes of the network as this machine reads them. */
    private static int onTheWire(int port) {
        return Short.toUnsignedInt(ByteBuffer.allocate(2)
                .putShort((short) port)
                .order(ByteOrder.nativeOrder())
                .getShort(0));
    }

    private void function(Maps maps) {
        int size = Event.PACKET - Event.FUNCTION;
        for (int at = 0; at < size; at += Long.BYTES) { // the kernel's check wants it written before
            program.storeNumber(Size.LONG, STACK, EVENT + Event.FUNCTION + at, 0);
        }
        program.move(1, STACK).addNumber(1, EVENT + Event.FUNCTION).set(2, size).value(3, maps.format);
        program.move(4, STACK)
                .addNumber(4, EVENT + Event.LOCATION)
                .set(5, Long.BYTES)
                .call(Ebpf.SNPRINTF);
    }

    private void tell(Maps maps) {
        program.call(Ebpf.KTIME_GET_NS).store(Size.LONG, STACK, EVENT + Event.TIME, 0);
        program.map(1, maps.ring)
                .move(2, STACK)
                .addNumber(2, EVENT)
                .set(3, Event.BYTES)
                .set(4, 0);
        program.call(Ebpf.RINGBUF_OUTPUT).jumpIfZero(0, end);
        program.storeNumber(Size.WORD, STACK, KEY, 0)
                .map(1, maps.lost)
                .move(2, STACK)
                .addNumber(2, KEY);
        program.call(Ebpf.MAP_LOOKUP_ELEM).jumpIfZero(0, end);
        program.set(1, 1).addAtomically(0, 0, 1);
    }
}
