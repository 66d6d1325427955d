package dev.fairlead.kernel.nftables;

import java.util.ArrayList;
import java.util.List;

/**
 * A table with all in it.
 *
 * @param generation at which the kernel had this; 0 for one made here
 * @param sets in the kernel's order, anonymous ones too
 * @param chains in the kernel's order
 */
public record Ruleset(Table table, long generation, List<FilledSet> sets, List<FilledChain> chains) {

    /** A chain with its rules. */
    public record FilledChain(Chain chain, List<Rule> rules) {
        public FilledChain {
            rules = List.copyOf(rules);
        }
    }

    public Ruleset {
        sets = List.copyOf(sets);
        chains = List.copyOf(chains);
    }

    /** The sets that have a name of their own. */
    public List<FilledSet> namedSets() {
        return sets.stream().filter(set -> !set.set().isAnonymous()).toList();
    }

    /** Exactly as {@code nft list table} prints it. */
    public String text() {
        return RulesetText.of(this);
    }

    /** What makes this table from nothing. */
    public Transaction toTransaction() {
        Transaction transaction = new Transaction().add(table);
        for (FilledChain filled : chains) {
            transaction.add(filled.chain());
        }
        for (FilledSet filled : namedSets()) {
            transaction.add(filled.set());
        }
        for (FilledSet filled : namedSets()) {
            transaction.add(filled.set(), filled.elements());
        }
        List<FilledSet> anonymous = new ArrayList<>(sets);
        anonymous.removeAll(namedSets());
        for (FilledChain filled : chains) {
            for (Rule rule : filled.rules()) {
                transaction.add(Anonymous.into(rule, anonymous));
            }
        }
        return transaction;
    }
}
