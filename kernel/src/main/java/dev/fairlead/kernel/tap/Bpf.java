package dev.fairlead.kernel.tap;

/** Numbers of {@code <linux/bpf_common.h>}, added up as the kernel's manual names the instructions. */
final class Bpf {
    private Bpf() {}

    /** {@code BPF_LD | BPF_ABS} of a word, a half word and a byte at a fixed place. */
    static final int LD = 0x20;

    static final int LDH = 0x28;
    static final int LDB = 0x30;

    /** {@code BPF_LD | BPF_IND}: at a place after what the index register holds. */
    static final int LD_INDEXED = 0x40;

    static final int LDH_INDEXED = 0x48;
    static final int LDB_INDEXED = 0x50;

    /** {@code BPF_LDX | BPF_MSH | BPF_B}: the length of the IPv4 header at a place into the index register. */
    static final int LDX_MSH = 0xb1;

    static final int JA = 0x05;
    static final int JEQ = 0x15;
    static final int JGT = 0x25;
    static final int JGE = 0x35;
    static final int JSET = 0x45;

    /** {@code BPF_RET | BPF_K}. */
    static final int RET = 0x06;

    /** {@code BPF_MAXINSNS}. */
    static final int MOST_INSTRUCTIONS = 4096;

    /** Conditional jumps have a byte for how many instructions they leave out. */
    static final int FARTHEST = 255;

    static boolean isConditional(int code) {
        return code == JEQ || code == JGT || code == JGE || code == JSET;
    }
}
