package dev.fairlead.plan.services;

import dev.fairlead.plan.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who claims a key, where at most one can have it: the claimant that sorts first. Two Services with one ClusterIP don't exist
 * in the API server, but a node may hear of the new one before it hears that the old one is gone.
 *
 * @param holders the first claimant of each key
 * @param waiting the other claimants of the keys that have several, sorted
 */
record Claims<K extends Comparable<? super K>, C extends Comparable<? super C>>(
        PersistentMap<K, C> holders, PersistentMap<K, List<C>> waiting) {

    static <K extends Comparable<? super K>, C extends Comparable<? super C>> Claims<K, C> none() {
        return new Claims<K, C>(PersistentMap.empty(), PersistentMap.empty());
    }

    /** With this claim, in the place of one that compares equal. */
    Claims<K, C> with(K key, C claim) {
        Optional<C> holder = holders.find(key);
        boolean alone = waiting.isEmpty() || !waiting.containsKey(key);
        if (alone && (holder.isEmpty() || holder.get().compareTo(claim) == 0)) {
            return new Claims<>(holders.with(key, claim), waiting);
        }
        List<C> claims = others(key, claim);
        claims.add(claim);
        return with(key, claims);
    }

    /** Without the claim that compares equal to this one. */
    Claims<K, C> without(K key, C claim) {
        return with(key, others(key, claim));
    }

    private List<C> others(K key, C claim) {
        List<C> others = new ArrayList<>();
        holders.find(key).ifPresent(others::add);
        waiting.find(key).ifPresent(others::addAll);
        others.removeIf(other -> other.compareTo(claim) == 0);
        return others;
    }

    private Claims<K, C> with(K key, List<C> claims) {
        if (claims.isEmpty()) {
            return new Claims<>(holders.without(key), waiting.without(key));
        }
        claims.sort(null);
        List<C> rest = List.copyOf(claims.subList(1, claims.size()));
        return new Claims<>(
                holders.with(key, claims.getFirst()), rest.isEmpty() ? waiting.without(key) : waiting.with(key, rest));
    }
}
