package dev.fairlead.dataplane;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.FlowFilter;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.plan.services.FrontendKey;
import dev.fairlead.plan.services.StaleFlow;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel forget flows that the new rules would send elsewhere. The kernel lists only the flows of the frontend
 * concerned, whatever else it remembers. Safe from any thread.
 */
final class StaleFlows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StaleFlows.class);

    private final Conntrack conntrack;

    private StaleFlows(Conntrack conntrack) {
        this.conntrack = conntrack;
    }

    static StaleFlows of(Netns node) {
        return new StaleFlows(Conntrack.open(node));
    }

    /** To be called when the rules are in: before, a packet on the old rules would bring the flow back. */
    void delete(List<StaleFlow> stale) {
        for (StaleFlow flows : stale) {
            FrontendKey frontend = flows.frontend();
            FlowFilter filter = FlowFilter.ALL
                    .protocol(frontend.protocol())
                    .destination(frontend.ip())
                    .destinationPort(frontend.port());
            int deleted = conntrack.delete(filter, flow -> covers(flows, flow));
            if (deleted > 0) {
                LOG.info("{} flows of {} went on to somebody who is gone and were forgotten", deleted, frontend);
            }
        }
    }

    private static boolean covers(StaleFlow stale, dev.fairlead.kernel.conntrack.Flow flow) {
        Tuple original = flow.original();
        Flow asked = new Flow(
                stale.frontend().protocol(),
                new IpPort(original.source(), original.sourcePort()),
                new IpPort(original.destination(), original.destinationPort()));
        return stale.covers(
                asked, new IpPort(flow.reply().source(), flow.reply().sourcePort()));
    }

    @Override
    public void close() {
        conntrack.close();
    }
}
