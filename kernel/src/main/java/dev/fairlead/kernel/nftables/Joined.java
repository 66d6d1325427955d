package dev.fairlead.kernel.nftables;

import java.util.List;

/** Fields one after the other, each at a register boundary. */
final class Joined extends Selector {
    private final List<Field> fields;
    private final SetType type;

    Joined(List<Field> fields) {
        this.fields = List.copyOf(fields);
        this.type = SetType.of(fields.stream().map(Field::scalar).toList());
    }

    List<Field> fields() {
        return fields;
    }

    @Override
    SetType type() {
        return type;
    }

    @Override
    String text() {
        return String.join(" . ", fields.stream().map(Field::text).toList());
    }

    @Override
    void require(RuleCompiler compiler) {
        for (Field field : fields) {
            field.require(compiler);
        }
    }

    @Override
    void load(RuleCompiler compiler, int register) {
        int slot = Registers.slot(register);
        for (Field field : fields) {
            field.load(compiler, Registers.of(slot));
            slot += field.scalar().padded() / 4;
        }
    }
}
