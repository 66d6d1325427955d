package dev.fairlead.lab.document;

import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.StoreEvent;
import dev.fairlead.cluster.Progress;
import dev.fairlead.cluster.Watched;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** At which version those kinds changed last that nodes make rules and routes of. Any thread. */
final class LastChanges {
    /** The API's kinds by the store's names, which have the group behind a dot. */
    private static final Map<String, Watched> KINDS = Map.of(
            Resources.NODES.name(), Watched.NODES,
            Resources.SERVICES.name(), Watched.SERVICES,
            Resources.ENDPOINT_SLICES.name(), Watched.ENDPOINT_SLICES,
            Resources.SERVICE_CIDRS.name(), Watched.SERVICE_CIDRS);

    private final Map<Watched, Long> versions = new ConcurrentHashMap<>();

    void note(List<StoreEvent> events) {
        for (StoreEvent event : events) {
            Watched kind = KINDS.get(event.key().resource());
            if (kind != null && !isForOthers(event)) {
                versions.merge(kind, event.revision(), Math::max);
            }
        }
    }

    /** Agents don't ask for these, so they are never told of them. */
    private static boolean isForOthers(StoreEvent event) {
        var labels = event.object().path("metadata").path("labels");
        return labels.has("service.kubernetes.io/headless") || labels.has("service.kubernetes.io/service-proxy-name");
    }

    Progress progress() {
        return new Progress(versions);
    }
}
