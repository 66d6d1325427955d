package dev.fairlead.dataplane;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.FlowFilter;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.services.FrontendKey;
import dev.fairlead.plan.services.StaleFlow;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the kernel forget flows that the new rules would send elsewhere. Safe from any thread. */
final class StaleFlows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StaleFlows.class);

    private final Conntrack conntrack;

    private StaleFlows(Conntrack conntrack) {
        this.conntrack = conntrack;
    }

    static StaleFlows of(Netns node) {
        return new StaleFlows(Conntrack.open(node));
    }

    /**
     * To be called when the rules are in: before, a packet on the old rules would bring the flow back. However many frontends
     * there are, one listing for each protocol and family: the kernel walks its whole table for each (some 5 ms).
     */
    void delete(List<StaleFlow> stale) {
        for (Protocol protocol : stale.isEmpty() ? Set.<Protocol>of() : EnumSet.allOf(Protocol.class)) {
            for (Family family : Family.values()) {
                Map<FrontendKey, List<StaleFlow>> byFrontend = new HashMap<>();
                Set<Integer> ports = new TreeSet<>();
                for (StaleFlow flows : stale) {
                    FrontendKey key = flows.frontend();
                    if (key.protocol() == protocol && key.ip().family() == family) {
                        byFrontend.computeIfAbsent(key, k -> new ArrayList<>()).add(flows);
                        ports.add(key.port());
                    }
                }
                if (!byFrontend.isEmpty()) {
                    delete(protocol, family, ports, byFrontend);
                }
            }
        }
    }

    /** The kernel isn't asked to compare addresses: with IPv6 it takes those that differ (6.18, nf_conntrack_netlink.c). */
    private void delete(
            Protocol protocol, Family family, Set<Integer> ports, Map<FrontendKey, List<StaleFlow>> byFrontend) {
        FlowFilter filter = FlowFilter.ALL.family(family).protocol(protocol);
        if (ports.size() == 1) {
            filter = filter.destinationPort(ports.iterator().next());
        }
        int deleted = conntrack.delete(filter, flow -> covers(byFrontend, flow));
        if (deleted > 0) {
            LOG.info(
                    "{} {} flows went on to somebody who is no longer behind their Service and were forgotten",
                    deleted,
                    protocol);
        }
    }

    private static boolean covers(
            Map<FrontendKey, List<StaleFlow>> byFrontend, dev.fairlead.kernel.conntrack.Flow flow) {
        Tuple original = flow.original();
        Protocol protocol = byFrontend.keySet().iterator().next().protocol();
        List<StaleFlow> stale = byFrontend.getOrDefault(
                new FrontendKey(original.destination(), protocol, original.destinationPort()), List.of());
        Flow asked = new Flow(
                protocol,
                new IpPort(original.source(), original.sourcePort()),
                new IpPort(original.destination(), original.destinationPort()));
        IpPort answeredBy = new IpPort(flow.reply().source(), flow.reply().sourcePort());
        return stale.stream().anyMatch(flows -> flows.covers(asked, answeredBy));
    }

    @Override
    public void close() {
        conntrack.close();
    }
}
