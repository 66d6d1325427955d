package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The commands of {@code bpf(2)} that are needed here; offsets are those in {@code union bpf_attr}. What is made goes with the last
 * descriptor of it, however the process ends. Any thread.
 */
final class BpfCalls {
    /** {@code BPF_MAP_TYPE_*} and {@code BPF_PROG_TYPE_RAW_TRACEPOINT}. */
    static final int ARRAY = 2, RINGBUF = 27;

    private static final int RAW_TRACEPOINT = 17;
    private static final int ATTR = 64;
    private static final int LOG = 1 << 16;

    /** {@code offsetof(struct bpf_prog_info, recursion_misses)}, and the structure up to there. */
    static final int MISSES = 208;

    private enum Command {
        MAP_CREATE(0),
        MAP_LOOKUP_ELEM(1),
        PROG_LOAD(5),
        OBJ_GET_INFO_BY_FD(15),
        RAW_TRACEPOINT_OPEN(17);

        private final int number;

        Command(int number) {
            this.number = number;
        }
    }

    private BpfCalls() {}

    private static long call(String wanted, Command command, MemorySegment attr) {
        return Linux.call(wanted, Linux.Call.BPF, command.number, attr.address(), attr.byteSize());
    }

    /** @param key and {@code value} in bytes @param entries how many; of a ring its bytes */
    static Fd map(String what, int type, int key, int value, int entries) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            attr.set(ValueLayout.JAVA_INT, 0, type);
            attr.set(ValueLayout.JAVA_INT, 4, key);
            attr.set(ValueLayout.JAVA_INT, 8, value);
            attr.set(ValueLayout.JAVA_INT, 12, entries);
            return Fd.own(call("make " + what, Command.MAP_CREATE, attr), what);
        }
    }

    /** @throws SyscallException with the verifier's last words when the kernel doesn't take the program */
    static Fd program(String what, byte[] instructions, String license) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            attr.set(ValueLayout.JAVA_INT, 0, RAW_TRACEPOINT);
            attr.set(ValueLayout.JAVA_INT, 4, instructions.length / Ebpf.BYTES);
            MemorySegment program = arena.allocate(instructions.length, 8);
            program.copyFrom(MemorySegment.ofArray(instructions));
            attr.set(ValueLayout.JAVA_LONG, 8, program.address());
            attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom(license).address());
            long first = Linux.raw(Linux.Call.BPF, Command.PROG_LOAD.number, attr.address(), ATTR);
            if (first >= 0) {
                return Fd.own(first, what);
            }
            MemorySegment log = arena.allocate(LOG); // again, and it is to say why: which costs time
            attr.set(ValueLayout.JAVA_INT, 24, 1);
            attr.set(ValueLayout.JAVA_INT, 28, LOG);
            attr.set(ValueLayout.JAVA_LONG, 32, log.address());
            long second = Linux.raw(Linux.Call.BPF, Command.PROG_LOAD.number, attr.address(), ATTR);
            if (second >= 0) {
                return Fd.own(second, what);
            }
            String said = log.getString(0).strip();
            String why = said.isEmpty()
                    ? ""
                    : " (the verifier says: " + said.substring(Math.max(0, said.length() - 300)) + ")";
            throw new SyscallException("have the kernel take " + what + why, "bpf", new Errno((int) -second));
        }
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

    /** The first value of an array of 64-bit numbers. */
    static long first(Fd map) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(ATTR, 8);
            MemorySegment key = arena.allocate(4, 4);
            MemorySegment value = arena.allocate(8, 8);
            attr.set(ValueLayout.JAVA_INT, 0, map.number());
            attr.set(ValueLayout.JAVA_LONG, 8, key.address());
            attr.set(ValueLayout.JAVA_LONG, 16, value.address());
            call("read " + map, Command.MAP_LOOKUP_ELEM, attr);
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
