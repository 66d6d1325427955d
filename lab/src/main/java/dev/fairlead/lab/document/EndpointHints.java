package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.model.Endpoint;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Service;
import dev.fairlead.packet.Ip;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * From where the endpoints of a Service are to be used, where it asks for that: with {@code spec.trafficDistribution} from
 * their own zone (or node), with the annotation {@code service.kubernetes.io/topology-mode: Auto} in proportion to the zones'
 * nodes (k8s.io/endpointslice {@code trafficdist} and {@code topologycache}). All nodes of a lab count as equally large. Unlike
 * the real controller it begins anew with each change, instead of moving as few hints as it can.
 */
final class EndpointHints {
    static final String ZONE = "topology.kubernetes.io/zone";

    private static final String MODE = "service.kubernetes.io/topology-mode";
    private static final String FORMER_MODE = "service.kubernetes.io/topology-aware-hints";
    /** How much more than its share a zone may get, {@code overloadThreshold}. */
    private static final double OVERLOAD = 0.2;

    private final LabPicture picture;
    private final Map<Ip, ObjectNode> hints = new HashMap<>();

    private EndpointHints(LabPicture picture) {
        this.picture = picture;
    }

    /** @param endpoints of one family, each of its pods once or more often */
    static EndpointHints of(LabPicture picture, Service service, List<Endpoint> endpoints) {
        EndpointHints made = new EndpointHints(picture);
        Map<Ip, Endpoint> ready = new LinkedHashMap<>();
        endpoints.stream().filter(Endpoint::ready).forEach(one -> ready.put(one.ip(), one));
        String distribution =
                service.spec().original().path("trafficDistribution").asText();
        if (isAuto(service.metadata().annotations())) {
            made.inProportion(ready);
        } else if (!distribution.isEmpty()) {
            ready.forEach((ip, endpoint) -> made.near(ip, endpoint, distribution.equals("PreferSameNode")));
        }
        return made;
    }

    private static boolean isAuto(Map<String, String> annotations) {
        String mode = annotations.getOrDefault(MODE, annotations.getOrDefault(FORMER_MODE, ""));
        return mode.equals("Auto") || mode.equals("auto");
    }

    /** Those of one endpoint; none for one that isn't ready. */
    Optional<ObjectNode> find(Endpoint endpoint) {
        return endpoint.ready() ? Optional.ofNullable(hints.get(endpoint.ip())) : Optional.empty();
    }

    /** The zone of a node, or an empty text. */
    static String zone(LabPicture picture, String node) {
        return picture.node(node)
                .map(there -> there.metadata().labels().getOrDefault(ZONE, ""))
                .orElse("");
    }

    private void near(Ip ip, Endpoint endpoint, boolean sameNode) {
        String zone = zone(picture, endpoint.nodeName());
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (!zone.isEmpty()) {
            json.putArray("forZones").addObject().put("name", zone);
        }
        if (sameNode && !endpoint.nodeName().isEmpty()) {
            json.putArray("forNodes").addObject().put("name", endpoint.nodeName());
        }
        if (!json.isEmpty()) {
            hints.put(ip, json);
        }
    }

    /** How much of the nodes each zone has; empty where that can't be said, or there is but one. */
    private Map<String, Double> shares() {
        Map<String, Double> shares = new TreeMap<>();
        int nodes = 0;
        for (Node node : picture.nodes().values()) {
            if (node.ready()) {
                String zone = zone(picture, node.name());
                if (zone.isEmpty()) {
                    return Map.of();
                }
                shares.merge(zone, 1.0, Double::sum);
                nodes++;
            }
        }
        int all = nodes;
        shares.replaceAll((_, number) -> number / all);
        return shares.size() < 2 ? Map.of() : shares;
    }

    private void inProportion(Map<Ip, Endpoint> ready) {
        Map<String, Double> missing = shares();
        if (missing.isEmpty() || missing.size() > ready.size() || !fits(missing, ready.size())) {
            return;
        }
        Map<Ip, String> zones = new LinkedHashMap<>();
        for (Map.Entry<Ip, Endpoint> entry : ready.entrySet()) {
            String zone = zone(picture, entry.getValue().nodeName());
            if (zone.isEmpty()) {
                return;
            }
            zones.put(entry.getKey(), zone);
            missing.merge(zone, -1.0, Double::sum);
        }
        move(missing, zones);
        zones.forEach((ip, zone) -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.putArray("forZones").addObject().put("name", zone);
            hints.put(ip, json);
        });
    }

    /** Turns shares into numbers of endpoints; false where no zone could have its least without another having too much. */
    private static boolean fits(Map<String, Double> shares, int endpoints) {
        int[] least = {0};
        shares.replaceAll((_, share) -> {
            double wanted = share * endpoints;
            double minimum = Math.ceil(wanted / (1 + OVERLOAD));
            least[0] += (int) minimum;
            return Math.max(wanted, minimum);
        });
        return least[0] <= endpoints;
    }

    /** From the zone with most too many to the one that lacks most, until none has or lacks a whole one. */
    private static void move(Map<String, Double> missing, Map<Ip, String> zones) {
        while (true) {
            String giver = "";
            String taker = "";
            for (Map.Entry<String, Double> one : missing.entrySet()) {
                giver = giver.isEmpty() || one.getValue() < missing.getOrDefault(giver, 0.0) ? one.getKey() : giver;
                taker = taker.isEmpty() || one.getValue() > missing.getOrDefault(taker, 0.0) ? one.getKey() : taker;
            }
            if (missing.getOrDefault(giver, 0.0) > -1 || missing.getOrDefault(taker, 0.0) < 1) {
                return;
            }
            for (Map.Entry<Ip, String> one : zones.entrySet()) {
                if (one.getValue().equals(giver)) {
                    one.setValue(taker);
                    break;
                }
            }
            missing.merge(giver, 1.0, Double::sum);
            missing.merge(taker, -1.0, Double::sum);
        }
    }
}
