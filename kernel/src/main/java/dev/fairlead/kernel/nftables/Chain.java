package dev.fairlead.kernel.nftables;

/**
 * A chain of rules.
 *
 * @param hook where packets enter, {@link Hook#NONE} for a chain that is only jumped to
 * @param comment empty for none
 * @param handle the kernel's number for it, 0 as long as it has none
 */
public record Chain(TableFamily family, String table, String name, Hook hook, String comment, long handle) {
    public Chain {
        Names.check("chain", name);
        Names.checkComment(comment);
    }

    public Chain commented(String text) {
        return new Chain(family, table, name, hook, text, handle);
    }

    /**
     * A rule for this chain, from statements in nft's order. What a statement needs (that the packet is IPv4, that it is
     * TCP) is put in front of it where nft would.
     *
     * @throws IllegalArgumentException when a value doesn't fit its field, or statements contradict each other
     */
    public Rule rule(Statement... statements) {
        return RuleCompiler.compile(this, statements);
    }

    /** {@code inet fairlead services}. */
    @Override
    public String toString() {
        return family + " " + table + " " + name;
    }
}
