package dev.fairlead.kernel.tap;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts a program together whose jumps lead to labels. Where a conditional jump would lead farther than its byte can say, an
 * unconditional one, which has 32 bits, is put right after it and led through. Confined to one thread.
 */
final class BpfAssembler {

    /** A place in the program, to be bound to one later. */
    static final class Label {
        private int line = -1;
    }

    private record Line(int code, int k, Label yes, Label no) {}

    private static final Label NOWHERE = new Label();

    private final List<Line> lines = new ArrayList<>();

    void add(int code, int k) {
        lines.add(new Line(code, k, NOWHERE, NOWHERE));
    }

    void jump(int code, int k, Label yes, Label no) {
        lines.add(new Line(code, k, yes, no));
    }

    /** The next instruction that is added is where jumps to {@code label} lead. */
    void bind(Label label) {
        label.line = lines.size();
    }

    BpfProgram assemble() {
        boolean[] farYes = new boolean[lines.size()];
        boolean[] farNo = new boolean[lines.size()];
        int[] places = places(farYes, farNo);
        // Each jump that is led through another moves what comes after, which may put further ones out of reach.
        while (lengthen(places, farYes, farNo)) {
            places = places(farYes, farNo);
        }
        List<BpfInstruction> program = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            emit(program, lines.get(i), places, farYes[i], farNo[i]);
        }
        return new BpfProgram(program);
    }

    private int[] places(boolean[] farYes, boolean[] farNo) {
        int[] places = new int[lines.size()];
        int at = 0;
        for (int i = 0; i < places.length; i++) {
            places[i] = at;
            at += 1 + (farYes[i] ? 1 : 0) + (farNo[i] ? 1 : 0);
        }
        return places;
    }

    private boolean lengthen(int[] places, boolean[] farYes, boolean[] farNo) {
        boolean changed = false;
        for (int i = 0; i < places.length; i++) {
            Line line = lines.get(i);
            if (!Bpf.isConditional(line.code)) {
                continue;
            }
            if (!farYes[i] && places[line.yes.line] - places[i] - 1 > Bpf.FARTHEST) {
                farYes[i] = true;
                changed = true;
            }
            if (!farNo[i] && places[line.no.line] - places[i] - 1 > Bpf.FARTHEST) {
                farNo[i] = true;
                changed = true;
            }
        }
        return changed;
    }

    private static void emit(List<BpfInstruction> program, Line line, int[] places, boolean farYes, boolean farNo) {
        if (!Bpf.isConditional(line.code)) {
            program.add(new BpfInstruction(line.code, 0, 0, line.k));
            return;
        }
        int after = program.size() + 1;
        int yes = farYes ? 0 : places[line.yes.line] - after;
        int no = farNo ? (farYes ? 1 : 0) : places[line.no.line] - after;
        program.add(new BpfInstruction(line.code, yes, no, line.k));
        if (farYes) {
            program.add(lead(program, places[line.yes.line]));
        }
        if (farNo) {
            program.add(lead(program, places[line.no.line]));
        }
    }

    private static BpfInstruction lead(List<BpfInstruction> program, int to) {
        return new BpfInstruction(Bpf.JA, 0, 0, to - program.size() - 1);
    }
}
