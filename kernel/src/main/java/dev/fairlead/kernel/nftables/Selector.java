package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * Something of a packet that a rule can look at: a {@link Field}, several {@link #concat concatenated}, a {@link Field#and
 * masked} one, or a {@link Generator generated} number.
 */
public abstract sealed class Selector permits Field, Joined, Masked, Generator {

    /** Several fields as one key: {@code concat(IP_DADDR, META_L4PROTO, TH_DPORT)}. */
    public static Selector concat(Field... fields) {
        return new Joined(List.of(fields));
    }

    abstract SetType type();

    /** As {@code nft} writes it. */
    abstract String text();

    /** Emits what must be known about the packet before {@link #load} makes sense. */
    abstract void require(RuleCompiler compiler);

    /** Emits what puts it into a register. */
    abstract void load(RuleCompiler compiler, int register);

    /** In the set: {@code ip saddr @set}. */
    public Statement in(NftSet set) {
        return lookup(set, false);
    }

    /** Not in the set: {@code ip saddr != @set}. */
    public Statement notIn(NftSet set) {
        return lookup(set, true);
    }

    private Statement lookup(NftSet set, boolean inverted) {
        checkKey(set);
        return new Statement(c -> {
            require(c);
            c.loadKey(this, set, 1);
            c.lookup(set.name(), 0, inverted);
        });
    }

    /** Does what the verdict map says: {@code ip daddr vmap @map}. Not in the map: on with the next rule. */
    public Statement vmap(NftSet map) {
        checkKey(map);
        if (!map.value().isVerdict()) {
            throw new IllegalArgumentException(
                    "vmap needs a map to verdicts, and " + map + " is one to " + map.value());
        }
        return new Statement(c -> {
            require(c);
            c.loadKey(this, map, 1);
            c.lookupInto(map.name(), 0, 0);
        });
    }

    /** As {@link #vmap(NftSet)}, with a map of this rule's own: {@code vmap { 0 : goto a, 1 : goto b }}. */
    public Statement vmap(List<Element> elements) {
        FilledSet map = RuleCompiler.anonymous(type(), SetType.VERDICT, elements);
        return new Statement(c -> {
            require(c);
            c.loadKey(this, map.set(), 1);
            c.lookupInto(map.set().name(), c.addSet(map), 0);
        });
    }

    /** What the map holds for this, to be used in {@code dnat to} and the like. */
    public Mapping map(NftSet map) {
        checkKey(map);
        return new Mapping(this, new FilledSet(map, List.of()));
    }

    /** As {@link #map(NftSet)}, with a map of this rule's own. */
    public Mapping map(SetType value, List<Element> elements) {
        return new Mapping(this, RuleCompiler.anonymous(type(), value, elements));
    }

    /** One of these: {@code tcp dport { 80, 443 }}. */
    public Statement isOneOf(List<Element> elements) {
        return oneOf(elements, false);
    }

    /** None of these: {@code tcp dport != { 80, 443 }}. */
    public Statement isNoneOf(List<Element> elements) {
        return oneOf(elements, true);
    }

    private Statement oneOf(List<Element> elements, boolean inverted) {
        FilledSet set = RuleCompiler.anonymous(type(), SetType.NONE, elements);
        return new Statement(c -> {
            require(c);
            c.loadKey(this, set.set(), 1);
            c.lookup(set.set().name(), c.addSet(set), inverted);
        });
    }

    /** An element for this rule's own set or map: {@code key(10.0.0.1, 80)}. */
    public Element key(Object... parts) {
        return Element.of(type().value(parts));
    }

    /** Values 0, 1, 2, … of a generated number standing for verdicts. */
    static List<Element> numbered(int first, List<Verdict> verdicts) {
        List<Element> elements = new ArrayList<>();
        for (Verdict verdict : verdicts) {
            elements.add(Element.of(Bytes.host32(first + elements.size())).maps(verdict));
        }
        return elements;
    }

    private void checkKey(NftSet set) {
        if (!set.key().equals(type())) {
            throw new IllegalArgumentException(
                    "'" + text() + "' is of type " + type() + ", and the keys of " + set + " are of type " + set.key());
        }
    }
}
