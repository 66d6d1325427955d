package dev.fairlead.trace.observe;

import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * What one node is to look for.
 *
 * @param node its name
 * @param flow as the client sends it, port 0 where its port, or an echo's identifier, isn't known yet: which packets' rules are told
 * @param targets where it may be sent on to
 * @param masks addresses that may stand in for the client's on the way: those of a node that masquerades for others
 * @param devices those of the node and of its pods that they may pass
 */
public record Watch(String node, Flow flow, List<IpPort> targets, List<Ip> masks, List<Watched> devices) {

    public Watch {
        targets = List.copyOf(targets);
        masks = List.copyOf(masks);
        devices = List.copyOf(devices);
        for (Watched watched : devices) {
            if (!watched.spot().node().equals(node)) {
                throw new IllegalArgumentException(watched.spot() + " is not on node " + node);
            }
        }
        var unused = filter(flow, targets, masks); // which refuses what the kernel can't look for
    }

    /** Which packets its devices show. */
    TapFilter filter() {
        return filter(flow, targets, masks);
    }

    /** Which packets of a connection anything shows. */
    static TapFilter filter(Flow flow, List<IpPort> targets, List<Ip> masks) {
        List<Ip> addresses = addresses(flow, masks);
        int id = flow.source().port();
        return flow.protocol().hasPorts()
                ? new TapFilter(flow.protocol(), addresses, ports(flow, targets))
                : TapFilter.echo(flow.source().ip(), addresses, id == 0 ? List.of() : List.of(id));
    }

    /**
     * One of these is the source or the destination of each of its packets: where the client's address is masqueraded because the pod
     * that it reaches is the client itself, its own is at the other end.
     */
    private static List<Ip> addresses(Flow flow, List<Ip> masks) {
        SequencedSet<Ip> addresses = new LinkedHashSet<>();
        addresses.add(flow.source().ip());
        addresses.add(flow.destination().ip());
        addresses.addAll(masks);
        return List.copyOf(addresses);
    }

    /** And one of these the port at one of its ends, also where masquerade has chosen another for the client. */
    private static List<Integer> ports(Flow flow, List<IpPort> targets) {
        SequencedSet<Integer> ports = new LinkedHashSet<>();
        ports.add(flow.source().port());
        ports.add(flow.destination().port());
        targets.forEach(target -> ports.add(target.port()));
        return List.copyOf(ports);
    }

    /**
     * A device to look at.
     *
     * @param netns path of the network namespace that it is in, as the node's agent sees it: {@code /proc/17/ns/net}; empty for the
     *     node's root namespace
     */
    public record Watched(Spot spot, String netns) {}
}
