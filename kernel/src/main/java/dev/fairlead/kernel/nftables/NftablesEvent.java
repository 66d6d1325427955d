package dev.fairlead.kernel.nftables;

import java.util.List;

/** What was heard of changes to the tables of a namespace; the changes of one transaction end with a {@link Committed}. */
public sealed interface NftablesEvent {

    record OfTable(boolean added, Table table) implements NftablesEvent {}

    record OfChain(boolean added, Chain chain) implements NftablesEvent {}

    record OfSet(boolean added, NftSet set) implements NftablesEvent {}

    /** Of a rule that was removed, often only the handle is there. */
    record OfRule(boolean added, Rule rule) implements NftablesEvent {}

    /** Elements as the kernel has them: an interval comes as its first key and the key behind its last. */
    record OfElements(boolean added, TableFamily family, String table, String set, List<Element> elements)
            implements NftablesEvent {
        public OfElements {
            elements = List.copyOf(elements);
        }
    }

    /** A transaction is through; who made it. */
    record Committed(Generation generation) implements NftablesEvent {}

    /** The kernel had to drop events: what is known from earlier ones is out of date. */
    record Lost() implements NftablesEvent {}
}
