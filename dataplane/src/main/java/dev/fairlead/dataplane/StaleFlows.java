package dev.fairlead.dataplane;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.plan.services.StaleFlow;
import java.util.List;

/** Removes conntrack entries. */
final class StaleFlows implements AutoCloseable {
    private StaleFlows() {}

    static StaleFlows of(Netns node) {
        return new StaleFlows();
    }

    void delete(List<StaleFlow> stale) {}

    @Override
    public void close() {}
}
