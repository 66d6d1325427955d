package dev.fairlead.kernel.tap;

/**
 * {@code struct sock_filter} of {@code <linux/filter.h>}: an instruction of classic BPF.
 *
 * <pre>
 * struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
 * </pre>
 *
 * @param code what it does, {@code <linux/bpf_common.h>}; 0 to 65535
 * @param yes instructions that a conditional jump leaves out where its condition holds; 0 to 255
 * @param no as {@code yes}, where it doesn't hold
 * @param k the operand, host byte order, to be read as unsigned
 */
public record BpfInstruction(int code, int yes, int no, int k) {
    static final int BYTES = 8;

    /**
     * As {@code tcpdump -d} prints it.
     *
     * @param at its place in the program: jumps are printed with the place that they lead to
     */
    public String text(int at) {
        String operands = switch (code) {
            case Bpf.LD, Bpf.LDH, Bpf.LDB -> "[" + unsigned() + "]";
            case Bpf.LD_INDEXED, Bpf.LDH_INDEXED, Bpf.LDB_INDEXED -> "[x + " + unsigned() + "]";
            case Bpf.LDX_MSH -> "4*([" + unsigned() + "]&0xf)";
            case Bpf.JA -> Long.toString(at + 1 + unsigned());
            case Bpf.RET -> "#" + unsigned();
            default -> "#0x" + Integer.toHexString(k);
        };
        if (!Bpf.isConditional(code)) {
            return "(%03d) %-8s %s".formatted(at, name(), operands);
        }
        return "(%03d) %-8s %-16s jt %d\tjf %d".formatted(at, name(), operands, at + 1 + yes, at + 1 + no);
    }

    private String name() {
        return switch (code) {
            case Bpf.LD, Bpf.LD_INDEXED -> "ld";
            case Bpf.LDH, Bpf.LDH_INDEXED -> "ldh";
            case Bpf.LDB, Bpf.LDB_INDEXED -> "ldb";
            case Bpf.LDX_MSH -> "ldxb";
            case Bpf.JA -> "ja";
            case Bpf.JEQ -> "jeq";
            case Bpf.JGT -> "jgt";
            case Bpf.JGE -> "jge";
            case Bpf.JSET -> "jset";
            case Bpf.RET -> "ret";
            default -> "code 0x" + Integer.toHexString(code);
        };
    }

    private long unsigned() {
        return Integer.toUnsignedLong(k);
    }

    @Override
    public String toString() {
        return text(0);
    }
}
