package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bitwise;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Ct;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Fib;
import dev.fairlead.kernel.nftables.expression.Immediate;
import dev.fairlead.kernel.nftables.expression.Meta;
import dev.fairlead.kernel.nftables.expression.Payload;
import dev.fairlead.kernel.nftables.expression.Range;
import java.util.ArrayList;
import java.util.List;

/** One field of a packet, or one thing the kernel knows about it. Those there are stand in {@link Fields}. */
public final class Field extends Selector {

    /** What must be known about the packet for a field to make sense. */
    enum Needs {
        NOTHING,
        IPV4,
        IPV6,
        ETHERNET,
        ICMP,
        ICMPV6,
        TCP,
        UDP,
        SCTP
    }

    private final String text;
    private final ScalarType type;
    private final Needs needs;
    private final Expression load;

    /** @param load puts it into register 1 */
    Field(String text, ScalarType type, Needs needs, Expression load) {
        this.text = text;
        this.type = type;
        this.needs = needs;
        this.load = load;
    }

    ScalarType scalar() {
        return type;
    }

    Needs needs() {
        return needs;
    }

    /** What puts it into register 1. */
    Expression load() {
        return load;
    }

    @Override
    SetType type() {
        return SetType.of(type);
    }

    @Override
    String text() {
        return text;
    }

    @Override
    void require(RuleCompiler compiler) {
        compiler.require(needs, text);
    }

    @Override
    void load(RuleCompiler compiler, int register) {
        compiler.emit(into(register));
    }

    private Expression into(int register) {
        return switch (load) {
            case Payload.Load p -> new Payload.Load(p.header(), p.offset(), p.length(), register);
            case Meta.Load m -> new Meta.Load(m.key(), register);
            case Ct.Load c -> new Ct.Load(c.key(), c.direction(), register);
            case Fib f -> new Fib(f.result(), f.flags(), register);
            default -> throw new AssertionError("no field is loaded by " + load.name());
        };
    }

    /**
     * Equal to a value, in a prefix, in a range ({@code "1-1024"}), with one of these bits ({@code "established,related"}), or
     * beginning so ({@code "eth*"}).
     *
     * @param value as {@link ScalarType#bytes} takes it, or a {@link dev.fairlead.packet.Prefix}
     * @throws IllegalArgumentException when it isn't a value of the field's type
     */
    public Statement is(Object value) {
        return match(Operand.of(type, value), false);
    }

    /** Not {@link #is}. As in nft, a field of bits is compared as a whole. */
    public Statement isNot(Object value) {
        return match(Operand.of(type, value), true);
    }

    private Statement match(Operand operand, boolean inverted) {
        Cmp.Operator equal = inverted ? Cmp.Operator.NEQ : Cmp.Operator.EQ;
        return new Statement(c -> {
            require(c);
            switch (operand) {
                case Operand.Single single
                when type.isBitmask() && !inverted -> {
                    load(c, 1);
                    c.emit(new Bitwise(1, 1, type.length(), single.value(), zeros()));
                    c.emit(new Cmp(Cmp.Operator.NEQ, 1, zeros()));
                }
                case Operand.Single single -> {
                    load(c, 1);
                    c.emit(new Cmp(equal, 1, single.value()));
                    if (!inverted) {
                        c.learn(this, single.value());
                    }
                }
                case Operand.Prefixed prefixed -> matchPrefix(c, prefixed, equal);
                case Operand.Between range -> matchRange(c, range, inverted);
            }
        });
    }

    /** A prefix that ends between bytes needs a mask; one that doesn't is compared as a shorter field. */
    private void matchPrefix(RuleCompiler c, Operand.Prefixed prefix, Cmp.Operator equal) {
        if (load instanceof Payload.Load p && prefix.bits() % 8 == 0 && prefix.bits() > 0) {
            int length = prefix.bits() / 8;
            c.emit(new Payload.Load(p.header(), p.offset(), length, 1));
            c.emit(new Cmp(equal, 1, prefix.network().resized(length)));
            return;
        }
        load(c, 1);
        c.emit(new Bitwise(1, 1, type.length(), prefix.mask(), zeros()));
        c.emit(new Cmp(equal, 1, prefix.network()));
    }

    private void matchRange(RuleCompiler c, Operand.Between range, boolean inverted) {
        load(c, 1);
        Bytes from = range.from();
        Bytes to = range.to();
        if (type.isHostOrder() && type.length() > 1) {
            c.toNetworkOrder(1, type);
            from = NetworkOrder.of(type, from);
            to = NetworkOrder.of(type, to);
        }
        if (inverted) {
            c.emit(new Range(true, 1, from, to));
        } else {
            c.emit(new Cmp(Cmp.Operator.GTE, 1, from));
            c.emit(new Cmp(Cmp.Operator.LTE, 1, to));
        }
    }

    /** One of these values, prefixes or ranges: {@code tcp dport { 80, 443 }}. */
    public Statement isOneOf(Object... values) {
        return isOneOf(elements(values));
    }

    /** None of these. */
    public Statement isNoneOf(Object... values) {
        return isNoneOf(elements(values));
    }

    private List<Element> elements(Object... values) {
        List<Element> elements = new ArrayList<>();
        for (Object value : values) {
            elements.add(Operand.of(type, value).element());
        }
        return elements;
    }

    /** Only these bits of it: {@code meta mark & 0x4000}. */
    public Masked and(Object mask) {
        return new Masked(this, type.bytes(mask));
    }

    /** Gives it a value: {@code meta mark set 0x1}. For marks, zones, packet types and nftrace. */
    public Statement set(Object value) {
        Bytes bytes = type.bytes(value);
        return new Statement(c -> {
            c.emit(new Immediate(1, bytes));
            c.emit(store());
        });
    }

    /** Gives it what another field holds: {@code ct mark set meta mark}, {@code meta mark set ct mark & 0xff}. */
    public Statement set(Selector other) {
        return new Statement(c -> {
            other.require(c);
            other.load(c, 1);
            c.emit(store());
        });
    }

    /** Sets these bits and leaves the others: {@code meta mark set meta mark | 0x4000}. */
    public Statement setBits(Object bits) {
        Bytes on = type.bytes(bits);
        byte[] keep = on.toArray();
        for (int i = 0; i < keep.length; i++) {
            keep[i] = (byte) ~keep[i];
        }
        return new Statement(c -> {
            load(c, 1);
            c.emit(new Bitwise(1, 1, type.length(), Bytes.of(keep), on));
            c.emit(store());
        });
    }

    private Expression store() {
        return switch (load) {
            case Meta.Load m -> new Meta.Store(m.key(), 1);
            case Ct.Load c -> new Ct.Store(c.key(), c.direction(), 1);
            default -> throw new IllegalArgumentException("'" + text + "' can't be set by a rule");
        };
    }

    private Bytes zeros() {
        return Bytes.of(new byte[type.length()]);
    }

    @Override
    public String toString() {
        return text;
    }
}
