package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The commands of {@code bpf(2)} that are needed here; offsets are those in {@code union bpf_attr}. What is made goes with the last
 * descriptor of it, however the process ends. Any thread.
 */
final class BpfCalls {
    /** {@code BPF_MAP_TYPE_*} and {@code BPF_PROG_TYPE_RAW_TRACEPOINT}. */
    static final int HASH = 1, ARRAY = 2, RINGBUF = 27, RAW_TRACEPOINT = 17;

    /** {@code BPF_F_RDONLY_PROG}. */
    private static final int READ_ONLY = 1 << 7;

    private static final int ATTR = 64;
    private static final int LOG = 1 << 16;
    private static final int SAID = 300;

    /** {@code offsetof(struct bpf_prog_info, recursion_misses)}, and the structure up to there. */
    static final int MISSES = 208;

    private enum Command {
        MAP_CREATE(0),
        MAP_LOOKUP_ELEM(1),
        MAP_UPDATE_ELEM(2),
        MAP_DELETE_ELEM(3),
        PROG_LOAD(5),
        OBJ_GET_INFO_BY_FD(15),
        RAW_TRACEPOINT_OPEN(17),
        MAP_FREEZE(22);

        private final int number;

        Command(int number) {
            this.number = number;
        }
    }

    private BpfCalls() {}

    private static long call(String wanted, Command command, MemorySegment attr) {
        return Linux.call(wanted, Linux.Call.BPF, command.number, attr.address(), attr.byteSize());
    }

    /** A number of 64 bits that starts with 0. */
    static Fd counter(String what) {
        return map(what, ARRAY, 4, 8, 1, 0);
    }

    /** @param bytes how many fit in */
    static Fd ring(String what, int bytes) {
        return map(what, RINGBUF, 0, 0, bytes, 0);
    }

    /** Keys that a program may look up. @param bytes of each @param most how many there may be */
    static Fd set(String what, int bytes, int most) {
        return map(what, HASH, bytes, 1, most, READ_ONLY);
    }

    /** Puts a key into a set, where it may be already. */
    static void add(Fd set, byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = element(arena, set, arena.allocateFrom(ValueLayout.JAVA_BYTE, key), arena.allocate(1));
            call("add to " + set, Command.MAP_UPDATE_ELEM, attr);
        }
    }

    /** Takes a key out of a set. */
    static void remove(Fd set, byte[] key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr =
                    element(arena, set, arena.allocateFrom(ValueLayout.JAVA_BYTE, key), MemorySegment.NULL);
            call("take out of " + set, Command.MAP_DELETE_ELEM, attr);
        }
    }

    /** What a program may read and nobody can change any more. */
    static Fd text(String what, String text) {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.US_ASCII);
        Fd map = map(what, ARRAY, 4, bytes.length, 1, READ_ONLY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = first(arena, map, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
            call("write " + map, Command.MAP_UPDATE_ELEM, attr);
            MemorySegment freeze = arena.allocate(ATTR, 8);
            freeze.set(ValueLayout.JAVA_INT, 0, map.number());
            call("close " + map + " for changes", Command.MAP_FREEZE, freeze);
            return map;
        } catch (RuntimeException e) {
            map.close();
            throw e;
        }
    }

    /** @param key and {@code value} in bytes @param entries how many; of a ring its bytes */
    private static Fd map(String what, int type, int key, int value, int entries, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            attr.set(ValueLayout.JAVA_INT, 0, type);
            attr.set(ValueLayout.JAVA_INT, 4, key);
            attr.set(ValueLayout.JAVA_INT, 8, value);
            attr.set(ValueLayout.JAVA_INT, 12, entries);
            attr.set(ValueLayout.JAVA_INT, 16, flags);
            return Fd.own(call("make " + what, Command.MAP_CREATE, attr), what);
        }
    }

    /** What names an array's first element, and where its value is. */
    private static MemorySegment first(Arena arena, Fd array, MemorySegment value) {
        return element(arena, array, arena.allocate(4, 4), value);
    }

    private static MemorySegment element(Arena arena, Fd map, MemorySegment key, MemorySegment value) {
        MemorySegment attr = arena.allocate(ATTR, 8);
        attr.set(ValueLayout.JAVA_INT, 0, map.number());
        attr.set(ValueLayout.JAVA_LONG, 8, key.address());
        attr.set(ValueLayout.JAVA_LONG, 16, value.address());
        return attr;
    }

    /** @throws SyscallException with the verifier's last words when the kernel doesn't take the program */
    static Fd program(String what, byte[] instructions, String license) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(instructions.length, 8);
            program.copyFrom(MemorySegment.ofArray(instructions));
            MemorySegment attr = arena.allocate(ATTR, 8);
            attr.set(ValueLayout.JAVA_INT, 0, RAW_TRACEPOINT);
            attr.set(ValueLayout.JAVA_INT, 4, instructions.length / Ebpf.BYTES);
            attr.set(ValueLayout.JAVA_LONG, 8, program.address());
            attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom(license).address());
            long loaded = load(attr);
            if (loaded >= 0) {
                return Fd.own(loaded, what);
            }
            Errno refused = new Errno((int) -loaded);
            String why = refused.equals(Errno.EPERM) ? "" : verifierSays(arena, attr);
            throw new SyscallException("have the kernel take " + what + why, "bpf", refused);
        }
    }

    private static long load(MemorySegment attr) {
        return Linux.raw(Linux.Call.BPF, Command.PROG_LOAD.number, attr.address(), attr.byteSize());
    }

    /** Once more, and now it is to say why, which costs time. */
    private static String verifierSays(Arena arena, MemorySegment attr) {
        MemorySegment log = arena.allocate(LOG);
        attr.set(ValueLayout.JAVA_INT, 24, 1);
        attr.set(ValueLayout.JAVA_INT, 28, LOG);
        attr.set(ValueLayout.JAVA_LONG, 32, log.address());
        long loaded = load(attr);
        if (loaded >= 0) {
            long unused = Linux.raw(Linux.Call.CLOSE, loaded, 0, 0);
        }
        String said = log.getString(0).strip();
        return said.isEmpty() ? "" : " (the verifier says: " + said.substring(Math.max(0, said.length() - SAID)) + ")";
    }

    /** From now on the program runs at a tracepoint, as long as the descriptor is open. */
    static Fd attach(Fd program, String tracepoint) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            attr.set(ValueLayout.JAVA_LONG, 0, arena.allocateFrom(tracepoint).address());
            attr.set(ValueLayout.JAVA_INT, 8, program.number());
            String what = "the " + program + " at tracepoint " + tracepoint;
            return Fd.own(call("put " + what, Command.RAW_TRACEPOINT_OPEN, attr), what);
        }
    }

    static long count(Fd counter) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(8, 8);
            call("read " + counter, Command.MAP_LOOKUP_ELEM, first(arena, counter, value));
            return value.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** How often the program wasn't run because it ran on the same processor already; since Linux 5.12. */
    static long misses(Fd program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            MemorySegment information = arena.allocate(MISSES + 8, 8);
            attr.set(ValueLayout.JAVA_INT, 0, program.number());
            attr.set(ValueLayout.JAVA_INT, 4, MISSES + 8);
            attr.set(ValueLayout.JAVA_LONG, 8, information.address());
            call("ask about the " + program, Command.OBJ_GET_INFO_BY_FD, attr);
            return information.get(ValueLayout.JAVA_LONG, MISSES);
        }
    }
}
