package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.plan.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The addresses of one node: who holds which, and who gets which next. A value: a decision gives the state after it and
 * the event that leads there, and has happened once the caller has made that event durable and goes on with that state.
 *
 * <pre>{@code
 * Granted granted = ipam.lease(LeaseRequest.of(attachment), now);
 * journal.append(IpamJournal.encode(granted.events()));   // durable before use
 * ipam = granted.after();
 * }</pre>
 *
 * <p>Addresses go round from the one given last; an address given back isn't given again while there is another that was
 * not among the last {@value #REMEMBERED} given back to its pool, and then the one given back longest ago is. Each
 * operation takes O(log n) for n leases; memory follows the leases and what is remembered, not the pools.
 *
 * <p>Over 300 lines: decisions, the events they become and the replay of events stand side by side, for they must agree.
 */
public final class Ipam {
    /** How many addresses a pool remembers to have got back. */
    static final int REMEMBERED = 4096;

    private final List<Range> pools;
    private final PersistentMap<Attachment, Lease> leases;
    private final PersistentMap<Ip, Attachment> holders;
    /** Leased, or remembered as given back lately. */
    private final Taken taken;
    /** One for each pool, and one for each family for the addresses that are in no pool. */
    private final List<History> histories;

    private final long sequence;

    private Ipam(
            List<Range> pools,
            PersistentMap<Attachment, Lease> leases,
            PersistentMap<Ip, Attachment> holders,
            Taken taken,
            List<History> histories,
            long sequence) {
        this.pools = pools;
        this.leases = leases;
        this.holders = holders;
        this.taken = taken;
        this.histories = histories;
        this.sequence = sequence;
    }

    /**
     * A node with these pools, one or more of a family, and no leases.
     *
     * @throws IpamException.BadRange when pools overlap
     */
    public static Ipam of(List<Range> pools) {
        Pools.byFamily(pools);
        List<History> histories = new ArrayList<>();
        for (int i = 0; i < pools.size() + 2; i++) {
            histories.add(History.NONE);
        }
        return new Ipam(
                List.copyOf(pools),
                PersistentMap.empty(),
                PersistentMap.empty(),
                Taken.NONE,
                List.copyOf(histories),
                0);
    }

    // ---- deciding

    /**
     * An answer to a {@link LeaseRequest}.
     *
     * @param placements how to use each of the lease's addresses
     * @param after the state with this lease
     * @param events what leads there; empty when the attachment already held the lease
     */
    public record Granted(Lease lease, List<Placement> placements, Ipam after, List<IpamEvent> events) {}

    /** The state after addresses were given back, and what leads there; no events when there was nothing to give back. */
    public record GivenBack(Ipam after, List<IpamEvent> events) {}

    /**
     * Gives an attachment its addresses: all that are asked for or none. An attachment that has a lease gets the same again.
     *
     * @param now milliseconds since 1970
     * @throws IpamException.PoolExhausted when a group of ranges has no free address
     * @throws IpamException.AddressRefused when a specific address can't be given
     * @throws IpamException.LeaseConflict when the attachment has a lease that doesn't fit what is asked
     */
    public Granted lease(LeaseRequest request, long now) {
        List<List<Range>> groups = request.ranges().isEmpty() ? Pools.byFamily(pools) : request.ranges();
        Optional<Lease> held = leases.find(request.attachment());
        if (held.isPresent()) {
            return new Granted(held.get(), Choice.again(held.get(), request, groups), this, List.of());
        }
        List<Ip> addresses = new Choice(this, groups).choose(request.wanted());
        boolean anyMac = request.mac().equals(LeaseRequest.ANY_MAC);
        if (!anyMac) {
            requireFree(request.mac());
        }
        Lease lease = new Lease(request.attachment(), addresses, anyMac ? PodMac.of(addresses) : request.mac(), now);
        IpamEvent event = new IpamEvent.Leased(lease);
        return new Granted(lease, Choice.placements(lease, groups), apply(event), List.of(event));
    }

    /** Two pods with one MAC address on a bridge get each other's packets. Looked up only when a pod asks for one. */
    private void requireFree(Mac mac) {
        for (Lease lease : leases.values()) {
            if (lease.mac().equals(mac)) {
                throw new IpamException.LeaseConflict("the MAC address " + mac + " was asked for and refused: "
                        + lease.attachment() + " has it; delete that one first or ask for another");
            }
        }
        List<Ip> gateways = pools.stream().map(Range::gateway).toList();
        if (!gateways.isEmpty() && PodMac.of(gateways).equals(mac)) {
            throw new IpamException.LeaseConflict(
                    "the MAC address " + mac + " was asked for and refused: the pods' gateway has it; ask for another");
        }
    }

    /** Takes an attachment's addresses back. Doing it again, or for one that never had any, changes nothing. */
    public GivenBack release(Attachment attachment, long now) {
        if (leases.find(attachment).isEmpty()) {
            return new GivenBack(this, List.of());
        }
        IpamEvent event = new IpamEvent.Released(attachment, now);
        return new GivenBack(apply(event), List.of(event));
    }

    // ---- following events

    /**
     * The state after an event. Events that were decided on another state are checked, not trusted.
     *
     * @throws IpamException.LeaseConflict when the event gives away what somebody holds
     */
    public Ipam apply(IpamEvent event) {
        return switch (event) {
            case IpamEvent.Leased leased -> applyLease(leased.lease());
            case IpamEvent.Released released -> applyRelease(released.attachment());
            case IpamEvent.Freed freed ->
                holders.containsKey(freed.address())
                        ? this
                        : with(leases, holders, taken).giveBack(freed.address());
            case IpamEvent.Last last -> {
                History history = histories.get(historyOf(last.address()));
                yield withHistory(last.address(), new History(history.freed(), history.order(), last.address()));
            }
        };
    }

    private Ipam applyLease(Lease lease) {
        Optional<Lease> held = leases.find(lease.attachment());
        if (held.isPresent()) {
            if (held.get().equals(lease)) {
                return this;
            }
            throw new IpamException.LeaseConflict(lease.attachment() + " can't be given " + lease.addresses()
                    + ": it already holds " + held.get().addresses());
        }
        Ipam after = with(leases.with(lease.attachment(), lease), holders, taken);
        for (Ip ip : lease.addresses()) {
            Optional<Attachment> holder = after.holders.find(ip);
            if (holder.isPresent()) {
                throw new IpamException.LeaseConflict(
                        lease.attachment() + " can't be given " + ip + ": " + holder.get() + " holds it");
            }
            after = after.with(after.leases, after.holders.with(ip, lease.attachment()), after.taken.with(ip))
                    .withHistory(ip, after.history(ip).given(ip));
        }
        return after;
    }

    private Ipam applyRelease(Attachment attachment) {
        Optional<Lease> held = leases.find(attachment);
        if (held.isEmpty()) {
            return this;
        }
        Ipam after = with(leases.without(attachment), holders, taken);
        for (Ip ip : held.get().addresses()) {
            after = after.with(after.leases, after.holders.without(ip), after.taken)
                    .giveBack(ip);
        }
        return after;
    }

    /** Puts an address that nobody holds at the end of its pool's queue, and lets the pool forget the oldest beyond it. */
    private Ipam giveBack(Ip ip) {
        History history = histories.get(historyOf(ip)).givenBack(ip, sequence);
        Taken changed = taken.with(ip);
        Optional<Ip> forgotten = history.oldestBeyond(REMEMBERED);
        if (forgotten.isPresent()) {
            history = history.forget(forgotten.get());
            changed = changed.without(forgotten.get());
        }
        return with(leases, holders, changed).withHistory(ip, history);
    }

    private Ipam with(
            PersistentMap<Attachment, Lease> nowLeases, PersistentMap<Ip, Attachment> nowHolders, Taken nowTaken) {
        return new Ipam(pools, nowLeases, nowHolders, nowTaken, histories, sequence + 1);
    }

    private Ipam withHistory(Ip ip, History history) {
        List<History> changed = new ArrayList<>(histories);
        changed.set(historyOf(ip), history);
        return new Ipam(pools, leases, holders, taken, List.copyOf(changed), sequence);
    }

    private int historyOf(Ip ip) {
        for (int i = 0; i < pools.size(); i++) {
            if (pools.get(i).contains(ip)) {
                return i;
            }
        }
        return pools.size() + (ip.isIpv4() ? 0 : 1);
    }

    /** What the pool that an address belongs to remembers. */
    History history(Ip ip) {
        return histories.get(historyOf(ip));
    }

    List<History> histories() {
        return histories;
    }

    Taken taken() {
        return taken;
    }

    // ---- keeping

    /** Follows a journal from an empty state: {@link #of} the same pools, then every event in order. */
    public static Ipam replay(List<Range> pools, List<IpamEvent> events) {
        Ipam ipam = of(pools);
        for (int i = 0; i < events.size(); i++) {
            try {
                ipam = ipam.apply(events.get(i));
            } catch (IpamException.LeaseConflict e) {
                throw new IpamException.JournalDamaged(i + 1, String.valueOf(e.getMessage()));
            }
        }
        return ipam;
    }

    /** The fewest events that lead to this state, for a compacted journal. */
    public List<IpamEvent> snapshot() {
        List<IpamEvent> events = new ArrayList<>();
        TreeMap<Long, Ip> freed = new TreeMap<>();
        histories.forEach(history -> freed.putAll(history.freed()));
        freed.values().forEach(ip -> events.add(new IpamEvent.Freed(ip)));
        List<Lease> oldestFirst = new ArrayList<>(leases.values());
        oldestFirst.sort(Comparator.comparingLong(Lease::since));
        oldestFirst.forEach(lease -> events.add(new IpamEvent.Leased(lease)));
        for (History history : histories) {
            Ip last = history.last();
            if (last != null) {
                events.add(new IpamEvent.Last(last));
            }
        }
        return events;
    }

    // ---- asking

    /**
     * How full a pool is.
     *
     * @param capacity how many can be leased at once, {@link Long#MAX_VALUE} where there are more than that
     */
    public record PoolUse(Range range, long capacity, long leased) {
        public long free() {
            return capacity == Long.MAX_VALUE ? capacity : capacity - leased;
        }
    }

    /** The node's pools in the order given. */
    public List<PoolUse> pools() {
        List<PoolUse> uses = new ArrayList<>(pools.size());
        for (Range pool : pools) {
            uses.add(use(pool));
        }
        return uses;
    }

    List<Range> ranges() {
        return pools;
    }

    PoolUse use(Range range) {
        long leased = (long) holders.rank(range.end()) - holders.rank(range.start());
        leased += holders.containsKey(range.end()) ? 1 : 0;
        leased -= range.contains(range.gateway()) && holders.containsKey(range.gateway()) ? 1 : 0;
        return new PoolUse(range, range.capacity(), leased);
    }

    /** All leases, sorted by attachment. */
    public Collection<Lease> leases() {
        return leases.values();
    }

    public Optional<Lease> lease(Attachment attachment) {
        return leases.find(attachment);
    }

    /** Who holds {@code ip}. */
    public Optional<Lease> leaseOf(Ip ip) {
        return holders.find(ip).flatMap(leases::find);
    }

    /** The leases of a network whose attachments are not among {@code valid}: what CNI's GC takes back. */
    public List<Lease> staleLeases(String network, Set<Attachment> valid) {
        List<Lease> stale = new ArrayList<>();
        for (Entry<Attachment, Lease> entry : leases.entrySet()) {
            if (entry.getKey().network().equals(network) && !valid.contains(entry.getKey())) {
                stale.add(entry.getValue());
            }
        }
        return stale;
    }
}
