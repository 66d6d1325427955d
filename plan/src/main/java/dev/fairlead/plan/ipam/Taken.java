package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.PersistentMap;
import java.util.Map.Entry;
import java.util.Optional;

/**
 * A set of addresses kept as runs, first address to last, so that the end of a long run is found without walking it: the
 * next free address costs O(log n) however full the pool is.
 */
record Taken(PersistentMap<Ip, Ip> runs) {
    static final Taken NONE = new Taken(PersistentMap.empty());

    /** The least address from {@code from} on that isn't taken, unless the family ends before. */
    Optional<Ip> firstFree(Ip from) {
        Optional<Entry<Ip, Ip>> run = runContaining(from);
        return run.isEmpty() ? Optional.of(from) : next(run.get().getValue());
    }

    private Optional<Entry<Ip, Ip>> runContaining(Ip ip) {
        return runs.floor(ip).filter(run -> run.getValue().compareTo(ip) >= 0);
    }

    private static Optional<Ip> next(Ip ip) {
        return ip.equals(new Prefix(ip, 0).last()) ? Optional.empty() : Optional.of(ip.plus(1));
    }

    Taken with(Ip ip) {
        if (runContaining(ip).isPresent()) {
            return this;
        }
        Ip first = ip;
        Ip last = ip;
        PersistentMap<Ip, Ip> changed = runs;
        Optional<Entry<Ip, Ip>> before = runs.floor(ip);
        if (before.isPresent() && next(before.get().getValue()).equals(Optional.of(ip))) {
            first = before.get().getKey();
        }
        Optional<Ip> successor = next(ip);
        Optional<Ip> after = successor.flatMap(runs::find);
        if (successor.isPresent() && after.isPresent()) {
            last = after.get();
            changed = changed.without(successor.get());
        }
        return new Taken(changed.with(first, last));
    }

    Taken without(Ip ip) {
        Optional<Entry<Ip, Ip>> run = runContaining(ip);
        if (run.isEmpty()) {
            return this;
        }
        Ip first = run.get().getKey();
        Ip last = run.get().getValue();
        PersistentMap<Ip, Ip> changed = runs.without(first);
        if (first.compareTo(ip) < 0) {
            changed = changed.with(first, ip.plus(-1));
        }
        if (ip.compareTo(last) < 0) {
            changed = changed.with(ip.plus(1), last);
        }
        return new Taken(changed);
    }
}
