package dev.fairlead.trace.observe;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a node's kernel told of packets that it dropped.
 *
 * @param told in the order in which they were dropped
 * @param missing why some may not be told; empty where all are, and where this node's kernel tells nobody like us
 */
public record KernelDrops(List<KernelDrop> told, String missing) {
    public static final KernelDrops NONE = new KernelDrops(List.of(), "");

    public KernelDrops {
        told = List.copyOf(told);
    }

    KernelDrops only(Predicate<KernelDrop> wanted) {
        return new KernelDrops(told.stream().filter(wanted).toList(), missing);
    }

    /** The one that says most: copies of a packet end elsewhere, or without a reason. */
    Optional<KernelDrop> best() {
        return told.stream().min(Comparator.comparing(drop -> !drop.isSpecific()));
    }

    /** Of a packet that ended where these are told: the kernel's reason, or why it isn't known. */
    List<String> details() {
        return best()
                .map(KernelDrop::text)
                .or(() -> Optional.of(missing)
                        .filter(why -> !why.isEmpty())
                        .map(why -> "kernel drop reason: not known, since " + why))
                .stream()
                .toList();
    }

    /** @param who whose kernel it is */
    Optional<String> why(String who) {
        return best().map(drop -> who + "'s kernel dropped it: " + drop.why());
    }
}
