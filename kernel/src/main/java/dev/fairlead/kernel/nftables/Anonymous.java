package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Lookup;
import java.util.ArrayList;
import java.util.List;

/** Anonymous sets, on the way between what the kernel lists and a rule that carries its own. */
final class Anonymous {
    private Anonymous() {}

    /** The rule with the listed anonymous sets it uses made its own, so that it can be added again. */
    static Rule into(Rule rule, List<FilledSet> listed) {
        List<FilledSet> own = new ArrayList<>(rule.sets());
        List<Expression> expressions = new ArrayList<>();
        for (Expression expression : rule.expressions()) {
            expressions.add(expression instanceof Lookup lookup ? adopt(lookup, listed, own) : expression);
        }
        return new Rule(
                rule.family(),
                rule.table(),
                rule.chain(),
                rule.handle(),
                rule.position(),
                expressions,
                rule.comment(),
                own);
    }

    private static Lookup adopt(Lookup lookup, List<FilledSet> listed, List<FilledSet> own) {
        for (FilledSet set : listed) {
            if (lookup.setId() == 0 && set.set().name().equals(lookup.set())) {
                String name = set.set().isMap() ? "__map%d" : "__set%d";
                own.add(new FilledSet(set.set().named(name), set.elements()));
                return new Lookup(name, own.size(), lookup.key(), lookup.into(), lookup.inverted());
            }
        }
        return lookup;
    }
}
