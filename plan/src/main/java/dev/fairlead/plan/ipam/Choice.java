package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;

/** Chooses one address from each group of ranges, in a given state. */
record Choice(Ipam ipam, List<List<Range>> groups) {

    /** The addresses in the order of the groups: the wanted ones where there are any, the next in turn elsewhere. */
    List<Ip> choose(List<Ip> wanted) {
        if (groups.isEmpty()) {
            throw new IpamException.PoolExhausted(
                    "no address can be given: this node has no pod CIDR yet, and the request names no ranges");
        }
        List<Optional<Ip>> asked = new ArrayList<>();
        groups.forEach(group -> asked.add(Optional.empty()));
        for (Ip ip : wanted) {
            int group = groupOf(ip);
            if (asked.get(group).isPresent()) {
                throw new IpamException.AddressRefused(
                        ip,
                        IpamException.Refusal.TOO_MANY,
                        "one address is given from " + text(groups.get(group)) + ", and "
                                + asked.get(group).get() + " was asked for too");
            }
            requireFree(ip);
            asked.set(group, Optional.of(ip));
        }
        List<Ip> chosen = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            List<Range> group = groups.get(i);
            chosen.add(asked.get(i).orElseGet(() -> next(group)));
        }
        return chosen;
    }

    // ---- specific addresses

    private int groupOf(Ip ip) {
        requireNotReserved(ip);
        for (int i = 0; i < groups.size(); i++) {
            if (rangeOf(ip, groups.get(i)).isPresent()) {
                return i;
            }
        }
        List<Range> all = new ArrayList<>();
        groups.forEach(all::addAll);
        throw new IpamException.AddressRefused(
                ip, IpamException.Refusal.OUTSIDE, "it isn't in " + text(all) + "; ask for one that is");
    }

    private static Optional<Range> rangeOf(Ip ip, List<Range> group) {
        for (Range range : group) {
            if (range.contains(ip)) {
                return Optional.of(range);
            }
        }
        return Optional.empty();
    }

    private void requireNotReserved(Ip ip) {
        for (Range range : everyRange()) {
            if (range.gateway().equals(ip)) {
                throw new IpamException.AddressRefused(
                        ip,
                        IpamException.Refusal.GATEWAY,
                        "it is the gateway of " + range.subnet() + ", by which the pods there route; ask for another");
            }
            if (range.reserves(ip)) {
                throw new IpamException.AddressRefused(
                        ip,
                        IpamException.Refusal.RESERVED,
                        "it is the network or broadcast address of " + range.subnet() + "; ask for another");
            }
        }
    }

    private void requireFree(Ip ip) {
        Optional<Lease> holder = ipam.leaseOf(ip);
        if (holder.isPresent()) {
            throw new IpamException.AddressRefused(
                    ip,
                    IpamException.Refusal.TAKEN,
                    "interface "
                            + holder.get().attachment().ifName() + " of container "
                            + holder.get().attachment().containerId() + " on network "
                            + holder.get().attachment().network()
                            + " holds it; delete that one first or ask for another");
        }
    }

    // ---- the next in turn

    private Ip next(List<Range> group) {
        for (Range range : group) {
            Optional<Ip> fresh = fresh(range);
            if (fresh.isPresent()) {
                return fresh.get();
            }
        }
        return oldest(group).orElseThrow(() -> new IpamException.PoolExhausted(exhausted(group)));
    }

    /** The first address after the one given last, going round, that is neither leased nor given back lately. */
    private Optional<Ip> fresh(Range range) {
        Ip last = ipam.history(range.start()).last();
        if (last == null || !range.contains(last) || last.equals(range.end())) {
            return fresh(range, range.start(), range.end());
        }
        Optional<Ip> onwards = fresh(range, last.plus(1), range.end());
        return onwards.isPresent() ? onwards : fresh(range, range.start(), last);
    }

    private Optional<Ip> fresh(Range range, Ip from, Ip to) {
        Optional<Ip> free = ipam.taken().firstFree(from);
        // At most as many rounds as there are reserved addresses: a gateway, a network and a broadcast address each
        // range.
        while (free.isPresent() && free.get().compareTo(to) <= 0 && isReserved(free.get(), range)) {
            if (free.get().equals(to)) {
                return Optional.empty();
            }
            free = ipam.taken().firstFree(free.get().plus(1));
        }
        return free.filter(ip -> ip.compareTo(to) <= 0);
    }

    /** The address of the group that was given back longest ago. A pool of the node finds its own at the head of a queue. */
    private Optional<Ip> oldest(List<Range> group) {
        long earliest = Long.MAX_VALUE;
        Optional<Ip> oldest = Optional.empty();
        for (Range range : group) {
            for (History history : ipam.histories()) {
                Optional<Entry<Long, Ip>> first = firstIn(range, history);
                if (first.isPresent() && first.get().getKey() < earliest) {
                    earliest = first.get().getKey();
                    oldest = Optional.of(first.get().getValue());
                }
            }
        }
        return oldest;
    }

    private Optional<Entry<Long, Ip>> firstIn(Range range, History history) {
        Optional<Ip> some = history.order().ceiling(range.start()).map(Entry::getKey);
        if (some.isEmpty() || !range.contains(some.get())) {
            return Optional.empty(); // nothing of this range is remembered here, so don't look through the queue
        }
        for (Entry<Long, Ip> entry : history.freed().entrySet()) {
            if (range.contains(entry.getValue()) && !isReserved(entry.getValue(), range)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    private boolean isReserved(Ip ip, Range range) {
        if (range.reserves(ip)) {
            return true;
        }
        for (Range pool : ipam.ranges()) {
            if (pool.reserves(ip)) {
                return true;
            }
        }
        return false;
    }

    private List<Range> everyRange() {
        List<Range> every = new ArrayList<>(ipam.ranges());
        groups.forEach(every::addAll);
        return every;
    }

    private String exhausted(List<Range> group) {
        StringBuilder text = new StringBuilder("no address is free:");
        String separator = " ";
        for (Range range : group) {
            Ipam.PoolUse use = ipam.use(range);
            text.append(separator)
                    .append(range)
                    .append(" has ")
                    .append(use.capacity())
                    .append(" and ");
            text.append(use.leased()).append(" are leased");
            separator = ", ";
        }
        return text.append("; delete pods, take back stale leases (GC), or give the node another pod CIDR")
                .toString();
    }

    private static String text(List<Range> ranges) {
        StringBuilder text = new StringBuilder();
        for (Range range : ranges) {
            text.append(text.isEmpty() ? "" : ", ").append(range);
        }
        return text.toString();
    }

    // ---- leases that exist

    /** How to use the addresses of a lease that these groups gave. */
    static List<Placement> placements(Lease lease, List<List<Range>> groups) {
        List<Placement> placements = new ArrayList<>();
        for (Ip ip : lease.addresses()) {
            for (List<Range> group : groups) {
                rangeOf(ip, group)
                        .ifPresent(range -> placements.add(
                                new Placement(new Prefix(ip, range.subnet().length()), range.gateway())));
            }
        }
        return placements;
    }

    /** As {@link #placements} for a lease of before, which must be one that the request could have got. */
    static List<Placement> again(Lease lease, LeaseRequest request, List<List<Range>> groups) {
        List<Placement> placements = placements(lease, groups);
        boolean fits = placements.size() == lease.addresses().size()
                && placements.size() == groups.size()
                && lease.addresses().containsAll(request.wanted())
                && (request.mac().equals(LeaseRequest.ANY_MAC) || request.mac().equals(lease.mac()));
        if (!fits) {
            throw new IpamException.LeaseConflict(lease.attachment() + " already holds " + lease.addresses()
                    + " with MAC " + lease.mac() + ", which isn't what is asked for now: delete that attachment first");
        }
        return placements;
    }
}
