package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bitwise;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;

/** Some bits of a field: {@code meta mark & 0x4000}. */
public final class Masked extends Selector {
    private final Field field;
    private final Bytes mask;

    Masked(Field field, Bytes mask) {
        this.field = field;
        this.mask = mask;
    }

    @Override
    SetType type() {
        return field.type();
    }

    @Override
    String text() {
        return field.text() + " & " + Scalars.text(field.scalar(), mask);
    }

    @Override
    void require(RuleCompiler compiler) {
        field.require(compiler);
    }

    @Override
    void load(RuleCompiler compiler, int register) {
        field.load(compiler, register);
        compiler.emit(new Bitwise(register, register, mask.length(), mask, Bytes.of(new byte[mask.length()])));
    }

    /** {@code meta mark & 0x4000 == 0x4000}. */
    public Statement is(Object value) {
        return compare(Cmp.Operator.EQ, value);
    }

    /** {@code meta mark & 0x4000 != 0x0}. */
    public Statement isNot(Object value) {
        return compare(Cmp.Operator.NEQ, value);
    }

    private Statement compare(Cmp.Operator operator, Object value) {
        Bytes bytes = field.scalar().bytes(value);
        return new Statement(c -> {
            require(c);
            load(c, 1);
            c.emit(new Cmp(operator, 1, bytes));
        });
    }
}
