package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Expression;
import java.util.List;

/**
 * A rule of a chain. Make one with {@link Chain#rule}.
 *
 * @param handle the kernel's number for it, 0 as long as it has none
 * @param position handle of the rule before it in what the kernel sends, 0 for a chain's first
 * @param comment empty for none
 * @param sets the anonymous sets its lookups use: a lookup's set id is the place in this list, counted from 1. Empty in
 *     what the kernel sends, where anonymous sets have names and are listed like others.
 */
public record Rule(
        TableFamily family,
        String table,
        String chain,
        long handle,
        long position,
        List<Expression> expressions,
        String comment,
        List<FilledSet> sets) {
    public Rule {
        expressions = List.copyOf(expressions);
        sets = List.copyOf(sets);
        Names.checkComment(comment);
    }

    public Rule commented(String text) {
        return new Rule(family, table, chain, handle, position, expressions, text, sets);
    }

    /** As {@code nft list} prints it; an anonymous set must be among {@link #sets}. */
    public String text() {
        return RuleText.of(this, sets);
    }

    /** One bracket a line, as {@code nft --debug=netlink} prints it. */
    public String bytecode() {
        StringBuilder text = new StringBuilder();
        for (Expression expression : expressions) {
            text.append("  [ ").append(expression.text()).append(" ]\n");
        }
        return text.toString();
    }

    /** {@code inet fairlead services handle 7}, or without the handle. */
    @Override
    public String toString() {
        return family + " " + table + " " + chain + (handle == 0 ? "" : " handle " + handle);
    }
}
