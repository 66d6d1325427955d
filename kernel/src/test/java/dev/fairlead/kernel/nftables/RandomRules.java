package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bitwise;
import dev.fairlead.kernel.nftables.expression.Byteorder;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Connlimit;
import dev.fairlead.kernel.nftables.expression.Counter;
import dev.fairlead.kernel.nftables.expression.Ct;
import dev.fairlead.kernel.nftables.expression.Dup;
import dev.fairlead.kernel.nftables.expression.Dynset;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Fib;
import dev.fairlead.kernel.nftables.expression.Hash;
import dev.fairlead.kernel.nftables.expression.Immediate;
import dev.fairlead.kernel.nftables.expression.Limit;
import dev.fairlead.kernel.nftables.expression.Log;
import dev.fairlead.kernel.nftables.expression.Lookup;
import dev.fairlead.kernel.nftables.expression.Masq;
import dev.fairlead.kernel.nftables.expression.Meta;
import dev.fairlead.kernel.nftables.expression.Nat;
import dev.fairlead.kernel.nftables.expression.Notrack;
import dev.fairlead.kernel.nftables.expression.Numgen;
import dev.fairlead.kernel.nftables.expression.Payload;
import dev.fairlead.kernel.nftables.expression.Range;
import dev.fairlead.kernel.nftables.expression.Redir;
import dev.fairlead.kernel.nftables.expression.Reject;
import dev.fairlead.kernel.nftables.expression.Unknown;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Expressions, rules and elements of all kinds, the same for the same seed. */
final class RandomRules {
    static final int KINDS = 32;

    private final Random random;

    RandomRules(long seed) {
        this.random = new Random(seed);
    }

    Rule rule() {
        List<Expression> expressions = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
            expressions.add(expression(random.nextInt(KINDS)));
        }
        return new Rule(
                TableFamily.values()[random.nextInt(TableFamily.values().length)],
                name(),
                name(),
                random.nextLong(1, Long.MAX_VALUE),
                0,
                expressions,
                random.nextBoolean() ? "" : name(),
                List.of());
    }

    Expression expression(int kind) {
        return switch (kind) {
            case 0 -> new Payload.Load(one(Payload.Header.values()), number(), number(), register());
            case 1 ->
                new Payload.Store(
                        one(Payload.Header.values()), number(), number(), register(), number(), number(), number());
            case 2 -> new Meta.Load(one(Meta.Key.values()), register());
            case 3 -> new Meta.Store(one(Meta.Key.values()), register());
            case 4 -> new Ct.Load(one(Ct.Key.values()), one(Ct.Direction.values()), register());
            case 5 -> new Ct.Store(one(Ct.Key.values()), one(Ct.Direction.values()), register());
            case 6 -> new Cmp(one(Cmp.Operator.values()), register(), bytes());
            case 7 -> new Range(random.nextBoolean(), register(), bytes(), bytes());
            case 8 -> new Bitwise(register(), register(), number(), bytes(), bytes());
            case 9 -> new Byteorder(register(), register(), random.nextBoolean(), number(), number());
            case 10 -> new Immediate(register(), bytes());
            case 11 -> Immediate.verdict(verdict());
            case 12 -> new Lookup(name(), random.nextInt(3), register(), random.nextInt(-1, 5), random.nextBoolean());
            case 13 ->
                new Nat(random.nextBoolean(), one(Family.values()), maybe(), maybe(), maybe(), maybe(), number());
            case 14 -> new Masq(number(), maybe(), maybe());
            case 15 -> new Redir(maybe(), maybe(), number());
            case 16 -> new Reject(random.nextInt(3), random.nextInt(256));
            case 17 -> new Counter(random.nextLong(), random.nextLong());
            case 18 -> new Numgen(random.nextBoolean(), number(), number(), register());
            case 19 -> hash();
            case 20 -> new Fib(random.nextInt(1, 4), random.nextInt(64), register());
            case 21 ->
                new Limit(random.nextLong(), random.nextLong(), number(), random.nextBoolean(), random.nextBoolean());
            case 22 -> new Log(name(), maybe16(), maybe(), maybe16(), maybe(), maybe());
            case 23 -> dynset(List.of());
            case 24 -> dynset(List.of(new Counter(1, 2)));
            case 25 -> dynset(List.of(new Counter(1, 2), new Notrack()));
            case 26 -> new Dup(maybe(), maybe());
            case 27 -> new Notrack();
            case 28 -> new Connlimit(number(), random.nextBoolean());
            case 29 -> new Unknown("quota", Bytes.of(new byte[] {8, 0, 1, 0, 1, 2, 3, 4}));
            case 30 -> new Payload.Load(Payload.Header.NETWORK, 12 + 4 * random.nextInt(2), 4, register());
            default -> new Meta.Load(Meta.Key.L4PROTO, register());
        };
    }

    private Hash hash() {
        boolean seeded = random.nextBoolean();
        return new Hash(register(), register(), number(), number(), seeded, seeded ? number() : 0, number());
    }

    private Dynset dynset(List<Expression> each) {
        return new Dynset(
                one(Dynset.Operation.values()), name(), random.nextInt(3), register(), maybe(), number(), each);
    }

    private Verdict verdict() {
        return switch (random.nextInt(4)) {
            case 0 -> Verdict.ACCEPT;
            case 1 -> Verdict.RETURN;
            case 2 -> Verdict.jump(name());
            default -> Verdict.goTo(name());
        };
    }

    /** Elements for a set, no two with the same key and no two intervals that touch. */
    List<Element> elements(NftSet set) {
        List<Element> elements = new ArrayList<>();
        int count = random.nextInt(1, 40);
        for (int i = 0; i < count; i++) {
            Object[] first = new Object[set.key().scalars().size()];
            Object[] last = new Object[first.length];
            for (int part = 0; part < first.length; part++) {
                ScalarType scalar = set.key().scalars().get(part);
                first[part] = value(scalar, i * 16 + 1);
                last[part] = set.isInterval() ? value(scalar, i * 16 + 1 + random.nextInt(8)) : first[part];
            }
            Element element = Element.of(set.key().value(first)).upTo(set.key().value(last));
            if (set.isMap()) {
                element = element.maps(
                        set.value().isVerdict() ? verdict() : set.value().value(values(set.value())));
            }
            elements.add(random.nextBoolean() ? element : element.commented(name()));
        }
        return elements;
    }

    private Object[] values(SetType type) {
        Object[] values = new Object[type.scalars().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(type.scalars().get(i), random.nextInt(200));
        }
        return values;
    }

    private static Bytes value(ScalarType type, int number) {
        if (type == ScalarType.IFNAME) {
            return Bytes.string("dev" + number, 16);
        }
        byte[] bytes = new byte[type.length()];
        boolean little = type.order() == java.nio.ByteOrder.LITTLE_ENDIAN;
        for (int i = 0; i < Math.min(4, bytes.length); i++) {
            bytes[little ? i : bytes.length - 1 - i] = (byte) (number >> 8 * i);
        }
        return Bytes.of(bytes);
    }

    private Bytes bytes() {
        byte[] bytes = new byte[random.nextInt(1, 33)];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private String name() {
        return "n" + random.nextInt(1_000_000) + "/ü";
    }

    private int number() {
        return random.nextInt();
    }

    private int register() {
        return random.nextInt(4) == 0 ? random.nextInt(8, 24) : random.nextInt(1, 5);
    }

    private int maybe() {
        return random.nextBoolean() ? -1 : register();
    }

    private int maybe16() {
        return random.nextBoolean() ? -1 : random.nextInt(65536);
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
