package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.model.Node;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/** The Lease by which a kubelet says that its node is alive, as a real one renews it (KEP-589). */
final class NodeLeases {
    private static final String NAMESPACE = "kube-node-lease";
    private static final int DURATION_SECONDS = 40;
    /** {@code meta/v1 MicroTime}. */
    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private NodeLeases() {}

    static void renew(ObjectStore.Draft draft, Node node, Instant now) {
        if (draft.find(Resources.NAMESPACES.key("", NAMESPACE)).isEmpty()) {
            return;
        }
        ObjectKey key = Resources.LEASES.key(NAMESPACE, node.name());
        ObjectNode lease = draft.find(key).map(ObjectNode::deepCopy).orElseGet(() -> lease(node, now));
        lease.withObjectProperty("spec").put("renewTime", MICRO_TIME.format(now));
        draft.put(key, lease);
    }

    private static ObjectNode lease(Node node, Instant now) {
        ObjectNode lease =
                JsonNodeFactory.instance.objectNode().put("kind", "Lease").put("apiVersion", "coordination.k8s.io/v1");
        ObjectNode metadata = lease.putObject("metadata")
                .put("name", node.name())
                .put("namespace", NAMESPACE)
                .put(
                        "uid",
                        UUID.nameUUIDFromBytes(("lease " + node.metadata().uid()).getBytes(StandardCharsets.UTF_8))
                                .toString())
                .put("creationTimestamp", PodStatuses.text(now));
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "Node")
                .put("name", node.name())
                .put("uid", node.metadata().uid());
        lease.putObject("spec").put("holderIdentity", node.name()).put("leaseDurationSeconds", DURATION_SECONDS);
        return lease;
    }
}
