package dev.fairlead.plan.services;

import dev.fairlead.packet.IpPort;
import dev.fairlead.plan.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which of a Service's ready endpoints a node uses, by their hints, as {@code topologyModeFromHints} of kube-proxy has it: those
 * for this node when every one has hints for nodes and one is for this node; else those for its zone by the same rule; else
 * all of them.
 *
 * @param nodeName this node
 * @param zone of this node, or empty
 */
record Topology(String nodeName, String zone) {

    /** @param endpoints what is known of each of {@code ready} */
    List<IpPort> near(List<IpPort> ready, Map<IpPort, Endpoint> endpoints) {
        List<IpPort> onNode = hinted(
                ready,
                endpoints,
                endpoint -> endpoint.hints().nodes().isEmpty(),
                endpoint -> endpoint.hints().nodes().contains(nodeName));
        if (!onNode.isEmpty()) {
            return onNode;
        }
        List<IpPort> inZone = hinted(
                ready,
                endpoints,
                endpoint -> endpoint.hints().zones().isEmpty(),
                endpoint -> endpoint.hints().zones().contains(zone));
        return inZone.isEmpty() ? ready : inZone;
    }

    /** Those that are meant for here; none when one has no hints of that sort. */
    private static List<IpPort> hinted(
            List<IpPort> ready,
            Map<IpPort, Endpoint> endpoints,
            Predicate<Endpoint> lacksHints,
            Predicate<Endpoint> isForHere) {
        List<IpPort> here = new ArrayList<>();
        for (IpPort address : ready) {
            Endpoint endpoint = endpoints.get(address);
            if (endpoint == null || lacksHints.test(endpoint)) {
                return List.of();
            }
            if (isForHere.test(endpoint)) {
                here.add(address);
            }
        }
        return here;
    }
}
