package dev.fairlead.kernel.tap;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A program of classic BPF, which the kernel runs for each packet before it queues it for a socket. Prints as {@code tcpdump
 * -d} does.
 */
public record BpfProgram(List<BpfInstruction> instructions) {

    public BpfProgram {
        instructions = List.copyOf(instructions);
        if (instructions.isEmpty() || instructions.size() > Bpf.MOST_INSTRUCTIONS) {
            throw new IllegalArgumentException("a filter program of " + instructions.size()
                    + " instructions is not what the kernel takes: 1 to " + Bpf.MOST_INSTRUCTIONS);
        }
    }

    /** The array of {@code struct sock_filter}, host byte order. */
    public byte[] bytes() {
        ByteBuffer bytes =
                ByteBuffer.allocate(instructions.size() * BpfInstruction.BYTES).order(ByteOrder.nativeOrder());
        for (BpfInstruction instruction : instructions) {
            bytes.putShort((short) instruction.code())
                    .put((byte) instruction.yes())
                    .put((byte) instruction.no())
                    .putInt(instruction.k());
        }
        return bytes.array();
    }

    /** A line for each instruction, as {@code tcpdump -d} prints them. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < instructions.size(); at++) {
            text.append(instructions.get(at).text(at)).append('\n');
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
