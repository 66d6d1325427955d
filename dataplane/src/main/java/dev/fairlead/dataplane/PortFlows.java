package dev.fairlead.dataplane;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.FlowFilter;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.nat.Forward;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel forget UDP flows that the new host ports would send elsewhere: such a flow has no end, so who goes on
 * sending would go on to be sent there. Confined to one thread.
 */
final class PortFlows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PortFlows.class);

    private final Conntrack conntrack;
    private final Supplier<Set<Ip>> addresses;
    private final List<Forward> gone = new ArrayList<>();
    private final List<Forward> come = new ArrayList<>();

    private PortFlows(Conntrack conntrack, Supplier<Set<Ip>> addresses) {
        this.conntrack = conntrack;
        this.addresses = addresses;
    }

    /** @param addresses those that the node has when it is asked */
    static PortFlows of(Netns node, Supplier<Set<Ip>> addresses) {
        return new PortFlows(Conntrack.open(node), addresses);
    }

    void gone(List<Forward> forwards) {
        forwards.stream().filter(forward -> forward.protocol() == Protocol.UDP).forEach(gone::add);
    }

    void come(List<Forward> forwards) {
        forwards.stream().filter(forward -> forward.protocol() == Protocol.UDP).forEach(come::add);
    }

    /**
     * To be called when the rules are in: before, a packet on the old rules would bring the flow back. What the kernel refuses
     * is tried again by the next call.
     */
    void forget() {
        if (gone.isEmpty() && come.isEmpty()) {
            return;
        }
        Set<Ip> local = addresses.get();
        for (Family family : Family.values()) {
            Set<Integer> ports = new TreeSet<>();
            for (List<Forward> forwards : List.of(gone, come)) {
                forwards.stream()
                        .filter(forward -> forward.host().ip().family() == family)
                        .forEach(forward -> ports.add(forward.host().port()));
            }
            if (!ports.isEmpty()) {
                forget(family, ports, local);
            }
        }
        gone.clear();
        come.clear();
    }

    private void forget(Family family, Set<Integer> ports, Set<Ip> local) {
        FlowFilter filter = FlowFilter.ALL.family(family).protocol(Protocol.UDP);
        if (ports.size() == 1) {
            filter = filter.destinationPort(ports.iterator().next());
        }
        int deleted = conntrack.delete(filter, flow -> isStale(flow, local));
        if (deleted > 0) {
            LOG.info("{} udp flows to host ports went elsewhere than they do now and were forgotten", deleted);
        }
    }

    private boolean isStale(Flow flow, Set<Ip> local) {
        int port = flow.original().destinationPort();
        Ip destination = flow.original().destination();
        IpPort answeredBy =
                new IpPort(flow.reply().source(), Math.max(0, flow.reply().sourcePort()));
        boolean ended = gone.stream()
                .anyMatch(forward ->
                        forward.host().port() == port && forward.pod().equals(answeredBy));
        return ended
                || come.stream()
                        .anyMatch(forward -> forward.host().port() == port
                                && !forward.pod().equals(answeredBy)
                                && covers(forward, destination, local));
    }

    private static boolean covers(Forward forward, Ip destination, Set<Ip> local) {
        return forward.isForAll()
                ? forward.host().ip().family() == destination.family()
                        && (destination.isLoopback() || local.contains(destination))
                : forward.host().ip().equals(destination);
    }

    @Override
    public void close() {
        conntrack.close();
    }
}
