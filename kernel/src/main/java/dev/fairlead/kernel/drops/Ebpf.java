package dev.fairlead.kernel.drops;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts an eBPF program together whose jumps lead to labels, {@code Documentation/bpf/standardization/instruction-set.rst}. Registers
 * are named by their numbers: 0 has what a helper returns, 1 to 5 what it is given and no more after it, 6 to 9 stay, 10 is the end of
 * the stack. Confined to one thread.
 *
 * <pre>
 * struct bpf_insn { __u8 code; __u8 dst_reg:4, src_reg:4; __s16 off; __s32 imm; };
 * </pre>
 */
final class Ebpf {
    static final int BYTES = 8;
    static final int STACK = 10;

    /** {@code BPF_FUNC_*}. */
    static final int MAP_LOOKUP_ELEM = 1;

    static final int KTIME_GET_NS = 5;
    static final int PROBE_READ_KERNEL = 113;
    static final int RINGBUF_OUTPUT = 130;
    static final int SNPRINTF = 165;

    /** {@code BPF_B}, {@code BPF_H}, {@code BPF_W}, {@code BPF_DW}: how much is loaded or stored. */
    enum Size {
        BYTE(0x10),
        HALF(0x08),
        WORD(0x00),
        LONG(0x18);

        private final int code;

        Size(int code) {
            this.code = code;
        }
    }

    /** Comparisons of the lower 32 bits with a number, {@code BPF_JMP32 | BPF_K}. */
    enum Test {
        EQUAL(0x16),
        NOT_EQUAL(0x56);

        private final int code;

        Test(int code) {
            this.code = code;
        }
    }

    /** A place in the program, to be bound to one later. */
    static final class Label {
        private int line = -1;
    }

    private record Line(int code, int to, int from, int offset, int number, Label jump) {}

    private static final Label NOWHERE = new Label();
    private static final int LDX_MEM = 0x61, ST_MEM = 0x62, STX_MEM = 0x63, STX_ATOMIC = 0xc3;
    private static final int MOV = 0xbf, MOV_K = 0xb7, ADD = 0x0f, ADD_K = 0x07, AND_K = 0x57, LSH_K = 0x67;
    private static final int JA = 0x05, JNE_K = 0x55, JEQ_K = 0x15, CALL = 0x85, EXIT = 0x95, LD_IMM64 = 0x18;
    private static final int PSEUDO_MAP_FD = 1, PSEUDO_MAP_VALUE = 2;

    private final List<Line> lines = new ArrayList<>();

    private Ebpf add(int code, int to, int from, int offset, int number) {
        lines.add(new Line(code, to, from, offset, number, NOWHERE));
        return this;
    }

    Ebpf move(int to, int from) {
        return add(MOV, to, from, 0, 0);
    }

    Ebpf set(int to, int number) {
        return add(MOV_K, to, 0, 0, number);
    }

    Ebpf add(int to, int from) {
        return add(ADD, to, from, 0, 0);
    }

    Ebpf addNumber(int to, int number) {
        return add(ADD_K, to, 0, 0, number);
    }

    Ebpf and(int to, int number) {
        return add(AND_K, to, 0, 0, number);
    }

    Ebpf shiftLeft(int to, int bits) {
        return add(LSH_K, to, 0, 0, bits);
    }

    /** {@code to = *(from + offset)}, host byte order. */
    Ebpf load(Size size, int to, int from, int offset) {
        return add(LDX_MEM | size.code, to, from, offset, 0);
    }

    /** {@code *(to + offset) = from}. */
    Ebpf store(Size size, int to, int offset, int from) {
        return add(STX_MEM | size.code, to, from, offset, 0);
    }

    Ebpf storeNumber(Size size, int to, int offset, int number) {
        return add(ST_MEM | size.code, to, 0, offset, number);
    }

    /** {@code *(to + offset) += from}, of 64 bits, whoever else does the same. */
    Ebpf addAtomically(int to, int offset, int from) {
        return add(STX_ATOMIC | Size.LONG.code, to, from, offset, 0 /* BPF_ADD */);
    }

    /** The map behind a descriptor, which the kernel looks up when it takes the program. */
    Ebpf map(int to, int descriptor) {
        add(LD_IMM64, to, PSEUDO_MAP_FD, 0, descriptor);
        return add(0, 0, 0, 0, 0);
    }

    /** Where the only value of such a map is. */
    Ebpf value(int to, int descriptor) {
        add(LD_IMM64, to, PSEUDO_MAP_VALUE, 0, descriptor);
        return add(0, 0, 0, 0, 0);
    }

    Ebpf call(int helper) {
        return add(CALL, 0, 0, 0, helper);
    }

    Ebpf exit() {
        return add(EXIT, 0, 0, 0, 0);
    }

    Ebpf jump(Label to) {
        lines.add(new Line(JA, 0, 0, 0, 0, to));
        return this;
    }

    Ebpf jumpIf(Test test, int register, int number, Label to) {
        lines.add(new Line(test.code, register, 0, 0, number, to));
        return this;
    }

    /** Of all 64 bits, as for a pointer. */
    Ebpf jumpIfZero(int register, Label to) {
        lines.add(new Line(JEQ_K, register, 0, 0, 0, to));
        return this;
    }

    Ebpf jumpIfNotZero(int register, Label to) {
        lines.add(new Line(JNE_K, register, 0, 0, 0, to));
        return this;
    }

    /** The next instruction that is added is where jumps to {@code label} lead. */
    Ebpf bind(Label label) {
        label.line = lines.size();
        return this;
    }

    /** The array of {@code struct bpf_insn}. */
    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            int offset = line.jump == NOWHERE ? line.offset : line.jump.line - i - 1;
            if (offset != (short) offset || line.jump != NOWHERE && line.jump.line < 0) {
                throw new IllegalStateException("line " + i + " can't lead to or reach " + offset);
            }
            bytes.writeBytes(ByteBuffer.allocate(BYTES)
                    .order(ByteOrder.nativeOrder())
                    .put((byte) line.code)
                    .put((byte) (line.from << 4 | line.to))
                    .putShort((short) offset)
                    .putInt(line.number)
                    .array());
        }
        return bytes.toByteArray();
    }
}
