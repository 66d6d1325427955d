package dev.fairlead.kernel.nftables;

import java.util.List;

/** A set with its elements. */
public record FilledSet(NftSet set, List<Element> elements) {
    public FilledSet {
        elements = List.copyOf(elements);
    }
}
