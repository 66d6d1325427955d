package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.Field.Needs;
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
import java.util.List;

/**
 * Puts a rule's expressions into the words of {@code nft list}: follows what the registers hold, and leaves out the checks
 * that a later field implies. An expression without words is shown in brackets. Confined to one thread.
 */
final class RuleText {
    private final RuleContext context;
    private final List<FilledSet> sets;
    private final List<Expression> code;
    private int at;

    private RuleText(Rule rule, List<FilledSet> sets) {
        this.context = new RuleContext(rule.family());
        this.sets = sets;
        this.code = rule.expressions();
    }

    /** @param sets of the rule's table, or the rule's own: where to look up what a lookup's set holds */
    static String of(Rule rule, List<FilledSet> sets) {
        RuleText text = new RuleText(rule, sets);
        for (text.at = 0; text.at < text.code.size(); text.at++) {
            text.put(text.code.get(text.at));
        }
        String words = text.context.text();
        return rule.comment().isEmpty() ? words : words + " comment \"" + rule.comment() + "\"";
    }

    private void put(Expression expression) {
        switch (expression) {
            case Payload.Load e -> context.load(e.register(), e);
            case Meta.Load e -> context.load(e.register(), e);
            case Ct.Load e -> context.load(e.register(), e);
            case Fib e -> context.load(e.register(), e);
            case Numgen e ->
                context.set(e.register(), Loaded.of(numgen(e), SetType.of(ScalarType.INTEGER), Needs.NOTHING, 4));
            case Hash e -> context.set(e.register(), hash(e));
            case Bitwise e -> context.set(e.to(), context.get(e.from()).masked(e.mask(), e.xor()));
            case Byteorder e -> context.set(e.to(), context.get(e.from()).turnedRound());
            case Cmp e -> compare(e);
            case Range e -> {
                Loaded left = context.use(e.register());
                context.add(left.text() + (e.inverted() ? " != " : " ") + MatchText.range(left, e.from(), e.to()));
            }
            case Lookup e -> lookup(e);
            case Immediate e -> immediate(e);
            case Meta.Store e -> store(new Meta.Load(e.key(), 1), e.register());
            case Ct.Store e -> store(new Ct.Load(e.key(), e.direction(), 1), e.register());
            case Payload.Store e ->
                context.add(RuleContext.raw(e.header(), e.offset(), e.length()) + " set "
                        + MatchText.value(context.use(e.register())));
            case Nat e -> context.add(NatText.nat(e, context));
            case Masq e -> context.add(NatText.masquerade(e, context));
            case Redir e -> context.add(NatText.redirect(e, context));
            case Reject e -> context.add(NatText.reject(e, context));
            case Counter e ->
                context.add("counter packets " + Long.toUnsignedString(e.packets()) + " bytes "
                        + Long.toUnsignedString(e.bytes()));
            case Log e -> context.add(StatementText.log(e));
            case Limit e -> context.add(StatementText.limit(e));
            case Connlimit e -> context.add("ct count " + (e.over() ? "over " : "") + e.count());
            case Dynset e -> dynset(e);
            case Dup e -> context.add(StatementText.dup(e, context));
            case Notrack e -> context.add(e.name());
            case Unknown e -> context.add("[ " + e.text() + " ]");
        }
    }

    /** Two comparisons of one register that bound it from both sides are one range. */
    private void compare(Cmp first) {
        if (first.operator() == Cmp.Operator.GTE
                && at + 1 < code.size()
                && code.get(at + 1) instanceof Cmp second
                && second.operator() == Cmp.Operator.LTE
                && second.register() == first.register()) {
            at++;
            Loaded left = context.use(first.register());
            context.add(left.text() + " " + MatchText.range(left, first.value(), second.value()));
            return;
        }
        if (!context.isDependency(first)) {
            context.add(MatchText.compare(context.use(first.register()), first));
            context.learn(first);
        }
    }

    private void immediate(Immediate e) {
        switch (e.datum()) {
            case Verdict verdict -> context.add(verdict.toString());
            case Bytes bytes -> context.set(e.register(), Loaded.constant(bytes));
        }
    }

    private static String numgen(Numgen e) {
        return "numgen " + (e.random() ? "random" : "inc") + " mod " + Integer.toUnsignedString(e.modulus())
                + (e.offset() == 0 ? "" : " offset " + Integer.toUnsignedString(e.offset()));
    }

    private Loaded hash(Hash e) {
        String text = "jhash " + context.useAll(e.from(), e.length()) + " mod " + Integer.toUnsignedString(e.modulus())
                + (e.seeded() ? " seed 0x" + Integer.toHexString(e.seed()) : "")
                + (e.offset() == 0 ? "" : " offset " + Integer.toUnsignedString(e.offset()));
        return Loaded.of(text, SetType.of(ScalarType.INTEGER), Needs.NOTHING, 4);
    }

    private void lookup(Lookup e) {
        FilledSet set = find(e);
        String key = context.useAll(e.key(), set.set().key().length());
        String name = set.set().isAnonymous() ? inline(set) : "@" + e.set();
        if (e.into() == Lookup.NOWHERE) {
            context.add(key + (e.inverted() ? " != " : " ") + name);
        } else if (e.into() == Expression.VERDICT_REGISTER) {
            context.add(key + " vmap " + name);
        } else {
            SetType value = set.set().value();
            context.set(e.into(), Loaded.of(key + " map " + name, value, Needs.NOTHING, value.length()));
        }
    }

    private FilledSet find(Lookup e) {
        if (e.setId() > 0 && e.setId() <= sets.size()) {
            return sets.get(e.setId() - 1);
        }
        for (FilledSet set : sets) {
            if (set.set().name().equals(e.set())) {
                return set;
            }
        }
        // A set that isn't at hand: its key is taken to be all that has been loaded one after the other.
        SetType key = new SetType(List.of(), 0, context.loadedFrom(e.key()));
        return new FilledSet(NftSet.of(TableFamily.INET, "-", "-", key, SetType.NONE), List.of());
    }

    private static String inline(FilledSet set) {
        StringBuilder text = new StringBuilder("{");
        for (Element element : ElementText.sorted(set.set(), set.elements())) {
            text.append(text.length() == 1 ? " " : ", ").append(ElementText.of(set.set(), element));
        }
        return text.append(" }").toString();
    }

    private void store(Expression load, int register) {
        Field field = RuleContext.field(load);
        Loaded value = context.use(register);
        String text = field == Fields.META_NFTRACE || field == Fields.META_BROUTE
                ? Integer.toString(
                        value.constant().isEmpty() ? 0 : value.constant().at(0))
                : MatchText.assigned(value, field.type());
        context.add(field.text() + " set " + text);
    }

    private void dynset(Dynset e) {
        int length = context.loadedFrom(e.key());
        for (FilledSet set : sets) {
            if (set.set().name().equals(e.set())) {
                length = set.set().key().length();
            }
        }
        context.add(StatementText.dynset(e, context.useAll(e.key(), length)));
    }
}
