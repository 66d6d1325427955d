package dev.fairlead.trace;

import dev.fairlead.packet.Ip;
import dev.fairlead.plan.ClusterPicture;
import java.util.List;
import java.util.Optional;

/**
 * What a prediction is made from: what the API says of the cluster, and where its pods are plugged in.
 *
 * @param picture nodes, Services and their endpoints
 * @param pods of all nodes, those that use their node's network among them
 * @param bridge name of the nodes' pod bridge
 * @param uplink name of the nodes' device to each other
 */
public record Scene(ClusterPicture picture, List<Place> pods, String bridge, String uplink) {

    public Scene {
        pods = List.copyOf(pods);
    }

    /** Who has an address: a pod, else a node. */
    public Optional<Place> holder(Ip ip) {
        for (Place pod : pods) {
            if (pod.isPod() && pod.ips().contains(ip)) {
                return Optional.of(pod);
            }
        }
        return picture.nodes().values().stream()
                .filter(node -> node.addresses().contains(ip))
                .findFirst()
                .map(node -> new Place(node.name(), "", node.addresses(), "", ""));
    }
}
