package dev.fairlead.trace.observe;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.drops.Drop;
import dev.fairlead.kernel.drops.DropFilter;
import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.kernel.tap.TapFilter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Hears which packets kernels drop, where they tell this process; else it hears of none. For one thread at a time. */
final class HeardDrops implements AutoCloseable {
    /** Of what is kept: who waits long for a packet may hear of many others. */
    private static final int MOST = 4096;

    /** Ends of copies that sockets have, ours among them, and not of the packet. */
    private static final Set<String> OF_COPIES = Set.of("PACKET_SOCK_ERROR", "QUEUE_PURGE", "SOCKET_CLOSE");

    static final HeardDrops NONE = new HeardDrops(Optional.empty(), Map.of(), "");

    private final Optional<Drops> drops;
    private final Map<Long, LentDrops.Home> homes;
    private final Deque<Heard> heard = new ArrayDeque<>();
    private final String refusal;
    private boolean forgotten;

    private HeardDrops(Optional<Drops> drops, Map<Long, LentDrops.Home> homes, String refusal) {
        this.drops = drops;
        this.homes = homes;
        this.refusal = refusal;
    }

    private record Heard(String node, KernelDrop drop) {}

    /** Whether this process may be told at all. */
    static boolean areTold() {
        return Drops.refusal().isEmpty();
    }

    /**
     * Begins to listen.
     *
     * @param opening by whom drops are told
     * @param homes whose namespaces they are, by their inode numbers
     */
    static HeardDrops arm(Function<DropFilter, Drops> opening, Map<Long, LentDrops.Home> homes, TapFilter packets) {
        if (homes.size() > DropFilter.MOST) {
            return new HeardDrops(Optional.empty(), homes, homes.size() + " namespaces are too many");
        }
        try {
            Drops drops = opening.apply(new DropFilter(List.copyOf(homes.keySet()), packets));
            return new HeardDrops(Optional.of(drops), Map.copyOf(homes), "");
        } catch (KernelException e) { // all else is seen without it, and it is told where it is missing
            return new HeardDrops(Optional.empty(), homes, String.valueOf(e.getMessage()));
        }
    }

    /** Makes room for more. */
    void listen() {
        drops.ifPresent(from -> from.read().forEach(this::hear));
    }

    private void hear(Drop drop) {
        LentDrops.Home home = homes.get(drop.namespace());
        try {
            Optional<Packet> packet = PacketReader.read(drop.packet());
            if (home != null && packet.isPresent() && !OF_COPIES.contains(drop.reason())) {
                heard.add(new Heard(
                        home.node(),
                        new KernelDrop(packet.get(), drop.nanos(), home.pod(), drop.reason(), drop.function())));
            }
        } catch (DecodeException e) {
            return; // a later fragment, or none of a connection
        }
        if (heard.size() > MOST) {
            heard.removeFirst();
            forgotten = true;
        }
    }

    /** All that a node's kernel dropped until now. */
    KernelDrops told(String node) {
        listen();
        long lost = drops.map(Drops::lost).orElse(0L);
        boolean some = lost > 0 || forgotten;
        return new KernelDrops(
                heard.stream()
                        .filter(one -> one.node().equals(node))
                        .map(Heard::drop)
                        .toList(),
                some ? "the kernel told not all of what it dropped" : refusal);
    }

    @Override
    public void close() {
        drops.ifPresent(Drops::close);
    }
}
