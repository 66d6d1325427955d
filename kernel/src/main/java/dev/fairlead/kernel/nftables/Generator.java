package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Hash;
import dev.fairlead.kernel.nftables.expression.Numgen;
import dev.fairlead.kernel.nftables.expression.Verdict;
import java.util.ArrayList;
import java.util.List;

/** A number the kernel makes for each packet: {@code numgen random mod 3}, {@code jhash ip saddr mod 3}. */
public final class Generator extends Selector {
    /** Where the hashed fields lie: behind the register that takes the result. */
    private static final int HASHED = 2;

    private final boolean random;
    private final int modulus;
    private final List<Field> hashed;
    private final long seed;

    private Generator(boolean random, int modulus, List<Field> hashed, long seed) {
        if (modulus < 1) {
            throw new IllegalArgumentException("a number can't be generated among " + modulus);
        }
        this.random = random;
        this.modulus = modulus;
        this.hashed = hashed;
        this.seed = seed;
    }

    /** {@code numgen random mod N}: 0 to N - 1, each as likely. */
    public static Generator random(int modulus) {
        return new Generator(true, modulus, List.of(), 0);
    }

    /** {@code numgen inc mod N}: 0 to N - 1 in turn. */
    public static Generator inTurn(int modulus) {
        return new Generator(false, modulus, List.of(), 0);
    }

    /** {@code jhash … mod N seed S}: always the same number for the same fields. The seed is 32 bits, not 0. */
    public static Generator hash(int modulus, long seed, Field... fields) {
        return new Generator(false, modulus, List.of(fields), seed);
    }

    /**
     * {@code numgen random mod 10000 < 5000}: true of that many out of the modulus.
     *
     * @param value 1 to N - 1; what is always or never so needs no number
     */
    public Statement isBelow(int value) {
        if (value < 1 || value >= modulus) {
            throw new IllegalArgumentException(
                    "'" + text() + " < " + value + "' has only one answer; compare with 1 to " + (modulus - 1));
        }
        Bytes bound = NetworkOrder.of(ScalarType.MARK, Bytes.host32(value));
        return new Statement(c -> {
            require(c);
            load(c, 1);
            c.toNetworkOrder(1, ScalarType.MARK); // the kernel compares bytes, and has the number in its own order
            c.emit(new Cmp(Cmp.Operator.LT, 1, bound));
        });
    }

    /** {@code vmap { 0 : …, 1 : … }} in the order of the list. */
    public Statement to(List<Verdict> verdicts) {
        return vmap(numbered(0, verdicts));
    }

    /** {@code map { 0 : …, 1 : … }} in the order of the list; each made with the type's {@link SetType#value}. */
    public Mapping values(SetType type, List<Bytes> values) {
        List<Element> elements = new ArrayList<>();
        for (Bytes value : values) {
            elements.add(key(elements.size()).maps(value));
        }
        return map(type, elements);
    }

    @Override
    SetType type() {
        return SetType.of(ScalarType.INTEGER);
    }

    @Override
    String text() {
        if (hashed.isEmpty()) {
            return "numgen " + (random ? "random" : "inc") + " mod " + modulus;
        }
        return "jhash " + new Joined(hashed).text() + " mod " + modulus + " seed 0x" + Long.toHexString(seed);
    }

    @Override
    void require(RuleCompiler compiler) {
        for (Field field : hashed) {
            field.require(compiler);
        }
    }

    @Override
    void load(RuleCompiler compiler, int register) {
        if (hashed.isEmpty()) {
            compiler.emit(new Numgen(random, modulus, 0, register));
            return;
        }
        Joined fields = new Joined(hashed);
        fields.load(compiler, HASHED);
        int length = hashed.size() == 1 ? fields.type().length() : paddedLength(fields);
        compiler.emit(new Hash(HASHED, register, length, modulus, true, (int) seed, 0));
    }

    private static int paddedLength(Joined fields) {
        int length = 0;
        for (Field field : fields.fields()) {
            length += field.scalar().padded();
        }
        return length;
    }
}
