package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.plan.PersistentMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a pool remembers so that an address isn't used again soon: the address it gave last, and those given back lately,
 * oldest first.
 *
 * @param freed by the order in which they were given back
 * @param order the key of each in {@code freed}
 */
record History(
        PersistentMap<Long, Ip> freed,
        PersistentMap<Ip, Long> order,
        @Nullable Ip last) {
    static final History NONE = new History(PersistentMap.empty(), PersistentMap.empty(), null);

    History given(Ip ip) {
        History without = forget(ip);
        return new History(without.freed, without.order, ip);
    }

    History givenBack(Ip ip, long sequence) {
        History without = forget(ip);
        return new History(without.freed.with(sequence, ip), without.order.with(ip, sequence), last);
    }

    History forget(Ip ip) {
        Optional<Long> at = order.find(ip);
        return at.isEmpty() ? this : new History(freed.without(at.get()), order.without(ip), last);
    }

    /** The address that was given back longest ago, once more than {@code most} are remembered. */
    Optional<Ip> oldestBeyond(int most) {
        return freed.size() > most ? freed.first().map(java.util.Map.Entry::getValue) : Optional.empty();
    }
}
