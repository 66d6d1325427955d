package dev.fairlead.kernel.drops;

import static dev.fairlead.kernel.drops.Ebpf.STACK;

import dev.fairlead.kernel.drops.Ebpf.Label;
import dev.fairlead.kernel.drops.Ebpf.Size;
import dev.fairlead.kernel.drops.Ebpf.Test;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Protocol;
import java.util.OptionalLong;

/**
 * The program that the kernel runs where it drops a packet: is it one that is wanted, it writes an {@link Event} into a ring. It reads
 * the kernel's memory by a helper that gives zeros where there is none, so that a pointer which isn't one leads to nothing wanted.
 * What is wanted it looks up, so that one program serves any connection. Register 6 keeps the arguments, 7 the packet, 8 and 9 are
 * used in between.
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

    /** On the stack, downwards from its end: the event, a pointer that was read, the ports, and a key of {@link Wanted}. */
    private static final int EVENT = -Event.BYTES, POINTER = EVENT - 8, PORTS = POINTER - 8, KEY = PORTS - 24;

    private static final int PACKET = EVENT + Event.PACKET;

    /** Names the function that an address is in. */
    static final String FORMAT = "%ps";

    private final SkbLayout layout;
    private final OptionalLong owner;
    private final Maps maps;
    private final Ebpf program = new Ebpf();
    private final Label end = new Label();

    private DropProgram(SkbLayout layout, OptionalLong owner, Maps maps) {
        this.layout = layout;
        this.owner = owner;
        this.maps = maps;
    }

    /** One that does nothing, but with what the real one uses: whether the kernel takes it says whether it would take that. */
    static byte[] probe() {
        Ebpf program = new Ebpf().move(3, STACK);
        return read(program, 8, POINTER).set(0, 0).exit().bytes();
    }

    /**
     * Descriptors of what it uses.
     *
     * @param wanted keys of {@link Wanted}
     * @param ring for events
     * @param lost counts those that found no place
     * @param format a text, {@link #FORMAT}
     */
    record Maps(int wanted, int ring, int lost, int format) {}

    /** @param owner inode number of the user namespace that network namespaces have to belong to, whatever is wanted; empty for any */
    static byte[] make(SkbLayout layout, OptionalLong owner, Maps maps) {
        DropProgram made = new DropProgram(layout, owner, maps);
        made.arguments();
        made.namespace();
        made.packet();
        made.function();
        made.tell();
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
        Label other = new Label();
        pointed().move(9, 3).addNumber(3, layout.inode());
        read(program, 4, EVENT + Event.NAMESPACE);
        key(Wanted.NAMESPACE).load(Size.WORD, 1, STACK, EVENT + Event.NAMESPACE);
        lookUp(Size.WORD).jumpIfZero(0, other);
        owner.ifPresent(inode -> {
            program.move(3, 9).addNumber(3, layout.owner());
            pointed().addNumber(3, layout.ownerInode());
            read(program, 4, POINTER).load(Size.WORD, 1, STACK, POINTER);
            program.jumpIf(Test.NOT_EQUAL, 1, (int) inode, other);
        });
        program.jump(watched).bind(other);
    }

    private Ebpf key(int kind) {
        program.storeNumber(Size.WORD, STACK, KEY, kind);
        for (int at = Wanted.VALUE; at < Wanted.BYTES; at += Integer.BYTES) {
            program.storeNumber(Size.WORD, STACK, KEY + at, 0);
        }
        return program;
    }

    /** With register 1 as the key's value; register 0 is zero then, where it isn't wanted. */
    private Ebpf lookUp(Size size) {
        return lookUp(program.store(size, STACK, KEY + Wanted.VALUE, 1));
    }

    private Ebpf lookUp(Ebpf with) {
        return with.map(1, maps.wanted).move(2, STACK).addNumber(2, KEY).call(Ebpf.MAP_LOOKUP_ELEM);
    }

    /** The pointer at the place that register 3 has, into the same register. */
    private Ebpf pointed() {
        return read(program, 8, POINTER).load(Size.LONG, 3, STACK, POINTER);
    }

    /** As many bytes as said from the place that register 3 has to one of the stack; zeros where they can't be read. */
    private static Ebpf read(Ebpf program, int bytes, int to) {
        return program.move(1, STACK).addNumber(1, to).set(2, bytes).call(Ebpf.PROBE_READ_KERNEL);
    }

    /** Its headers, if it is of a protocol and between addresses and ports that are wanted. */
    private void packet() {
        Label wanted = new Label();
        program.move(3, 7).addNumber(3, layout.networkHeader());
        read(program, 2, POINTER).load(Size.HALF, 8, STACK, POINTER);
        program.move(3, 7).addNumber(3, layout.head());
        pointed().add(3, 8).move(9, 3);
        read(program, Event.SNAP, PACKET);
        for (Family family : Family.values()) {
            Label other = new Label();
            program.load(Size.BYTE, 1, STACK, PACKET).and(1, 0xf0);
            program.jumpIf(Test.NOT_EQUAL, 1, family == Family.IPV4 ? 0x40 : 0x60, other);
            protocol(family);
            addresses(family);
            ports(family, wanted);
            program.jump(end).bind(other);
        }
        program.jump(end).bind(wanted);
    }

    private static int protocolAt(Family family) {
        return PACKET + (family == Family.IPV4 ? 9 : 6);
    }

    private void protocol(Family family) {
        key(Wanted.PROTOCOL).load(Size.BYTE, 1, STACK, protocolAt(family));
        lookUp(Size.WORD).jumpIfZero(0, end);
    }

    private void addresses(Family family) {
        Label found = new Label();
        int source = PACKET + (family == Family.IPV4 ? 12 : 8);
        for (int address : new int[] {source, source + family.bytes()}) {
            key(family == Family.IPV4 ? Wanted.IPV4 : Wanted.IPV6);
            for (int at = 0; at < family.bytes(); at += Integer.BYTES) {
                program.load(Size.WORD, 1, STACK, address + at).store(Size.WORD, STACK, KEY + Wanted.VALUE + at, 1);
            }
            lookUp(program).jumpIfNotZero(0, found);
        }
        program.jump(end).bind(found);
    }

    /** Where the protocol has none, the addresses are enough. */
    private void ports(Family family, Label wanted) {
        Label has = new Label();
        program.load(Size.BYTE, 1, STACK, protocolAt(family));
        program.jumpIf(Test.EQUAL, 1, Protocol.TCP.number(), has);
        program.jumpIf(Test.NOT_EQUAL, 1, Protocol.UDP.number(), wanted)
                .bind(has)
                .move(3, 9);
        if (family == Family.IPV4) {
            program.load(Size.BYTE, 1, STACK, PACKET)
                    .and(1, 0x0f)
                    .shiftLeft(1, 2)
                    .add(3, 1);
        } else {
            program.addNumber(3, 40);
        }
        read(program, 4, PORTS);
        for (int at : new int[] {PORTS, PORTS + 2}) {
            key(Wanted.PORT).load(Size.HALF, 1, STACK, at);
            lookUp(Size.HALF).jumpIfNotZero(0, wanted);
        }
    }

    private void function() {
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

    private void tell() {
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
