package dev.fairlead.plan.nat;

import dev.fairlead.plan.ipam.Attachment;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What is translated for all pods of a node, by attachment: of two pods that had the same address one after the other, a
 * late end of the first doesn't touch the second.
 */
public record NatBook(Map<Attachment, Translation> pods) {
    public static final NatBook EMPTY = new NatBook(Map.of());

    public NatBook {
        pods = Collections.unmodifiableMap(new TreeMap<>(pods));
    }

    /**
     * A host port that isn't free.
     *
     * @param held what {@code holder} has of it
     */
    public record Taken(Forward wanted, Forward held, Attachment holder) {}

    public Optional<Translation> of(Attachment owner) {
        return Optional.ofNullable(pods.get(owner));
    }

    /** The first host port of {@code wanted} that a pod holds which would stay, or that it wants itself for two ports. */
    public Optional<Taken> taken(Translation wanted) {
        NatBook others = withoutThoseBefore(wanted);
        for (Forward forward : wanted.forwards()) {
            for (Translation other : others.pods.values()) {
                for (Forward held : other.forwards()) {
                    if (forward.overlaps(held)) {
                        return Optional.of(new Taken(forward, held, other.owner()));
                    }
                }
            }
            for (Forward own : wanted.forwards()) {
                if (forward.overlaps(own) && !forward.pod().equals(own.pod())) {
                    return Optional.of(new Taken(forward, own, wanted.owner()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * With this, in the place of what its owner had, and without pods that had one of its addresses before: an address has
     * one holder, so those are gone and only their DEL is late.
     */
    public NatBook with(Translation translation) {
        Map<Attachment, Translation> all = new TreeMap<>(withoutThoseBefore(translation).pods);
        all.put(translation.owner(), translation);
        return new NatBook(all);
    }

    private NatBook withoutThoseBefore(Translation translation) {
        return keeping(other -> !other.owner().equals(translation.owner()) && !other.sharesAddress(translation));
    }

    public NatBook without(Attachment owner) {
        return keeping(translation -> !translation.owner().equals(owner));
    }

    public NatBook keeping(Predicate<Translation> which) {
        Map<Attachment, Translation> kept = new TreeMap<>(pods);
        kept.values().removeIf(which.negate());
        return new NatBook(kept);
    }
}
