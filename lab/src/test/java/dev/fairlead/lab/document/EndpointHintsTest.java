package dev.fairlead.lab.document;

import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.model.Endpoint;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.StoreFixture;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From where endpoints are to be used; the numbers of the annotation are those of k8s.io/endpointslice's own tests. */
class EndpointHintsTest {
    private final StoreFixture lab = new StoreFixture();

    /** {@code a a b}: a node for each word, in that zone; {@code -} for none. */
    private void nodes(String zones) {
        String[] words = zones.split(" ");
        for (int i = 0; i < words.length; i++) {
            Map<String, String> labels =
                    words[i].equals("-") ? Map.of() : Map.of("topology.kubernetes.io/zone", words[i]);
            lab.store.putNode(new Node(
                    ObjectMeta.of("", "node-" + (i + 1), labels, Map.of()),
                    List.of(),
                    List.of(),
                    "",
                    true,
                    List.of(),
                    false));
        }
    }

    /** An endpoint on each of these nodes; {@code !} isn't ready. */
    private static List<Endpoint> endpoints(String nodes) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String node : nodes.split(" ")) {
            boolean ready = !node.startsWith("!");
            int number = endpoints.size() + 1;
            endpoints.add(new Endpoint(
                    Ip.of("10.244.1." + number),
                    80,
                    "node-" + node.replace("!", ""),
                    ready,
                    ready,
                    false,
                    new ObjectKey("default", "p" + number)));
        }
        return endpoints;
    }

    /** {@code a b/node-2 -}: zones, then nodes, for each of the endpoints. */
    private String hints(String service, String nodes) {
        List<Endpoint> endpoints = endpoints(nodes);
        EndpointHints hints = EndpointHints.of(lab.store.picture(), lab.service(service), endpoints);
        List<String> texts = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            texts.add(hints.find(endpoint)
                    .map(json -> json.path("forZones").path(0).path("name").asText()
                            + (json.has("forNodes")
                                    ? "/"
                                            + json.path("forNodes")
                                                    .path(0)
                                                    .path("name")
                                                    .asText()
                                    : ""))
                    .orElse("-"));
        }
        return String.join(" ", texts);
    }

    @Test
    void noneWhereNobodyAsked() {
        nodes("a b");
        lab.apply(serviceYaml("web", ""));
        assertThat(hints("web", "1 2")).isEqualTo("- -");
    }

    @Test
    void preferCloseMeansTheOwnZone() {
        nodes("a b -");
        lab.apply(serviceYaml("web", "trafficDistribution: PreferClose, "));
        assertThat(hints("web", "1 2 2 !1 3")).isEqualTo("a b b - -");
        lab.apply(serviceYaml("web", "trafficDistribution: PreferSameNode, "));
        assertThat(hints("web", "1 2 3")).isEqualTo("a/node-1 b/node-2 /node-3");
    }

    @ParameterizedTest
    @CsvSource({
        "a b, 1 2, a b",
        "a b, 1 1, b a", // each zone gets its half
        "a b, 1 1 1 2, b a a b",
        "a b, 1 1 2, - - -", // a half of three is two at least, and there aren't four
        "a b b, 1 2 2, a b b",
        "a b b, 1 1 1, b b a",
        "a b, 1, -", // fewer endpoints than zones
        "a a, 1 2, - -", // one zone only
        "a -, 1 1, - -", // a node without a zone
        "a b, 1 1 1 1 2 2 2 2 2 2, a a a a a b b b b b",
        "a b, 1 !2 2, a - b",
    })
    void autoMeansInProportion(String zones, String endpoints, String hints) {
        nodes(zones);
        lab.apply(serviceYaml("web", "trafficDistribution: PreferClose, ")
                .replace("{name: web}", "{name: web, annotations: {service.kubernetes.io/topology-mode: Auto}}"));
        assertThat(hints("web", endpoints)).isEqualTo(hints);
    }
}
