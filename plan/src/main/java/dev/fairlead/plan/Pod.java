package dev.fairlead.plan;

import dev.fairlead.packet.Ip;
import java.util.List;
import java.util.Map;

/**
 * What the network needs to know of a core/v1 Pod. Prints as {@code namespace/name}.
 *
 * @param uid tells it from a later pod of the same name
 * @param labels by which selectors of pods choose it
 * @param ips {@code status.podIPs}; empty before it has any, and when it has ended, since others may have them then
 * @param hostNetwork whether its addresses are the node's own
 */
public record Pod(
        String namespace, String name, String uid, Map<String, String> labels, List<Ip> ips, boolean hostNetwork) {

    public Pod {
        if (namespace.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "a pod needs a namespace and a name, not '" + namespace + "/" + name + "'");
        }
        labels = Map.copyOf(labels);
        ips = List.copyOf(ips);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
