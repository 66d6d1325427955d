package dev.fairlead.lab.document;

import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.StoreEvent;
import dev.fairlead.cluster.Progress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** At which version those kinds changed last that nodes make rules and routes of. Any thread. */
final class LastChanges {
    private static final Set<String> RESOURCES = Set.of(
            Resources.NODES.name(),
            Resources.SERVICES.name(),
            Resources.ENDPOINT_SLICES.name(),
            Resources.SERVICE_CIDRS.name());

    private final Map<String, Long> versions = new ConcurrentHashMap<>();

    void note(List<StoreEvent> events) {
        for (StoreEvent event : events) {
            if (RESOURCES.contains(event.key().resource()) && !isForOthers(event)) {
                versions.merge(event.key().resource(), event.revision(), Math::max);
            }
        }
    }

    /** Agents don't ask for these, so they are never told of them. */
    private static boolean isForOthers(StoreEvent event) {
        var labels = event.object().path("metadata").path("labels");
        return labels.has("service.kubernetes.io/headless") || labels.has("service.kubernetes.io/service-proxy-name");
    }

    Progress progress() {
        return Progress.of(versions);
    }
}
