package dev.fairlead.lab.model;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives Services their addresses. An address goes to the next Service only after all others had their turn, for a
 * connection to the old Service may still be remembered. The lower part of a range is left to those who ask for an address
 * by number, as KEP-3070 has it; the first address belongs to the API. Confined to its store.
 */
final class ClusterIps {
    private static final long FIRST = 2; // 0 is the network, 1 is the API's
    private static final long LARGEST = 1 << 20;

    private final ServiceCidrs cidrs;
    private final Map<Family, Long> last = new EnumMap<>(Family.class);

    ClusterIps(ServiceCidrs cidrs) {
        this.cidrs = cidrs;
    }

    ServiceCidrs cidrs() {
        return cidrs;
    }

    /** A trial on top of what these Services hold; nothing lasts until {@link Draft#commit}. */
    Draft draft(Iterable<Service> services) {
        Draft draft = new Draft();
        for (Service service : services) {
            for (Ip ip : service.spec().clusterIps()) {
                draft.hold(ip, service.title());
            }
        }
        return draft;
    }

    final class Draft {
        private final Map<Ip, String> holders = new HashMap<>();
        private final Map<Family, Long> cursor = new EnumMap<>(Family.class);

        private Draft() {
            cursor.putAll(last);
        }

        /** Why {@code title} can't have this address, in words that go on from the address; empty when it can. */
        String refusal(Ip ip, String title) {
            Optional<Prefix> range = cidrs.of(ip.family());
            if (range.isEmpty() || !range.get().contains(ip)) {
                return " is outside the Service range " + cidrs + "; choose one inside, or leave it out";
            }
            if (ip.equals(range.get().first()) || ip.equals(range.get().first().plus(1))) {
                return " is reserved; choose another in " + range.get() + ", or leave it out";
            }
            if (ip.isIpv4() && ip.equals(range.get().last())) {
                return " is the last of its range and reserved; choose another in " + range.get() + ", or leave it out";
            }
            String holder = holders.getOrDefault(ip, title);
            return holder.equals(title) ? "" : " already belongs to " + holder + "; choose another, or leave it out";
        }

        void hold(Ip ip, String title) {
            holders.put(ip, title);
        }

        /** A free address, then held by {@code title}; empty when the range is used up. */
        Optional<Ip> allocate(Family family, String title) {
            Prefix range = cidrs.of(family).orElseThrow();
            long end = end(range);
            long dynamic = Math.min(firstDynamic(end), end);
            long from = Math.max(cursor.getOrDefault(family, 0L) + 1, dynamic);
            Optional<Ip> found = firstFree(range, from, end)
                    .or(() -> firstFree(range, dynamic, from))
                    .or(() -> firstFree(range, FIRST, dynamic));
            found.ifPresent(ip -> {
                hold(ip, title);
                cursor.put(family, ip.number().subtract(range.first().number()).longValueExact());
            });
            return found;
        }

        void commit() {
            last.putAll(cursor);
        }

        private Optional<Ip> firstFree(Prefix range, long from, long end) {
            for (long offset = from; offset < end; offset++) {
                Ip ip = range.first().plus(offset);
                if (!holders.containsKey(ip)) {
                    return Optional.of(ip);
                }
            }
            return Optional.empty();
        }
    }

    /** The offset after the last usable one. */
    private static long end(Prefix range) {
        int bits = range.family().bits() - range.length();
        long size = bits >= 20 ? LARGEST : 1L << bits;
        return range.family() == Family.IPV4 ? size - 1 : size;
    }

    private static long firstDynamic(long end) {
        return end <= 16 ? FIRST : Math.clamp(end / 16, 16, 256) + 1;
    }
}
