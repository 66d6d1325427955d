package dev.fairlead.trace.observe;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.drops.Drop;
import dev.fairlead.kernel.drops.DropFilter;
import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hears which packets a node's kernel drops, where it tells this process; else it hears of none. For one thread at a time. */
final class NodeDrops implements AutoCloseable {
    /** Of what is kept: who waits long for a packet may hear of many others. */
    private static final int MOST = 4096;

    /** Ends of copies that sockets have, ours among them, and not of the packet. */
    private static final Set<String> OF_COPIES = Set.of("PACKET_SOCK_ERROR", "QUEUE_PURGE", "SOCKET_CLOSE");

    static final NodeDrops NONE = new NodeDrops(Optional.empty(), Map.of(), "");

    private final Optional<Drops> drops;
    private final Map<Long, String> pods;
    private final Deque<KernelDrop> heard = new ArrayDeque<>();
    private final String refusal;
    private boolean forgotten;

    private NodeDrops(Optional<Drops> drops, Map<Long, String> pods, String refusal) {
        this.drops = drops;
        this.pods = pods;
        this.refusal = refusal;
    }

    /** Whether this process may be told at all. */
    static boolean areTold() {
        return Drops.refusal().isEmpty();
    }

    /** @param watched whose namespaces are watched beside the node's own, by their inode numbers */
    static NodeDrops arm(Netns node, Watch watch, Map<Long, String> watched) {
        if (!areTold()) {
            return NONE;
        }
        Map<Long, String> pods = new HashMap<>(watched);
        pods.put(node.inode(), "");
        if (pods.size() > DropFilter.MOST) {
            return new NodeDrops(Optional.empty(), pods, pods.size() + " namespaces are too many");
        }
        try {
            Drops drops = Drops.open(new DropFilter(List.copyOf(pods.keySet()), watch.filter()));
            return new NodeDrops(Optional.of(drops), pods, "");
        } catch (KernelException e) { // all else is seen without it, and it is told where it is missing
            return new NodeDrops(Optional.empty(), pods, String.valueOf(e.getMessage()));
        }
    }

    /** Makes room for more. */
    void listen() {
        drops.ifPresent(from -> from.read().forEach(this::hear));
    }

    private void hear(Drop drop) {
        try {
            Optional<Packet> packet = PacketReader.read(drop.packet());
            if (packet.isPresent() && !OF_COPIES.contains(drop.reason())) {
                String pod = pods.getOrDefault(drop.namespace(), "");
                heard.add(new KernelDrop(packet.get(), drop.nanos(), pod, drop.reason(), drop.function()));
            }
        } catch (DecodeException e) {
            return; // a later fragment, or none of a connection
        }
        if (heard.size() > MOST) {
            heard.removeFirst();
            forgotten = true;
        }
    }

    /** All of them until now. */
    KernelDrops told() {
        listen();
        long lost = drops.map(Drops::lost).orElse(0L);
        boolean some = lost > 0 || forgotten;
        return new KernelDrops(List.copyOf(heard), some ? "the kernel told not all of what it dropped" : refusal);
    }

    @Override
    public void close() {
        drops.ifPresent(Drops::close);
    }
}
