package dev.fairlead.lab.model;

import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Ip;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortEndpointsTest {
    private final StoreFixture lab = new StoreFixture(StoreFixture.DUAL, 1);

    private List<PortEndpoints> endpoints(String service) {
        return PortEndpoints.of(lab.store.picture(), lab.service(service));
    }

    @Test
    void conditionsFollowThePod() {
        lab.apply(podYaml("web", "nodeName: node-2, "), serviceYaml("web", ""));
        assertThat(endpoints("web").getFirst().endpoints()).isEmpty();

        ObjectKey key = lab.pod("web").key();
        Ip ip = Ip.of("10.244.2.5");
        lab.run(lab.pod("web"), false, "10.244.2.5", "fd00:244:2::5");
        assertThat(endpoints("web").getFirst().endpoints())
                .containsExactly(new Endpoint(ip, 8080, "node-2", false, false, false, key));
        lab.run(lab.pod("web"), true, "10.244.2.5", "fd00:244:2::5");
        assertThat(endpoints("web").getFirst().endpoints())
                .containsExactly(new Endpoint(ip, 8080, "node-2", true, true, false, key));
        lab.store.delete(Kind.POD, key);
        assertThat(endpoints("web").getFirst().endpoints())
                .containsExactly(new Endpoint(ip, 8080, "node-2", false, true, true, key));
        lab.run(lab.pod("web"), false, "10.244.2.5", "fd00:244:2::5");
        assertThat(endpoints("web").getFirst().endpoints())
                .containsExactly(new Endpoint(ip, 8080, "node-2", false, false, true, key));
        Pod pod = lab.pod("web");
        lab.store.setStatus(key, pod.metadata().uid(), pod.status().withPhase(PodStatus.Phase.FAILED, "killed"));
        assertThat(endpoints("web").getFirst().endpoints()).isEmpty();
    }

    @Test
    void bothFamiliesOfADualStackService() {
        lab.apply(podYaml("web", ""), serviceYaml("web", "ipFamilyPolicy: RequireDualStack, "));
        lab.run(lab.pod("web"), true, "10.244.2.5", "fd00:244:2::5");
        assertThat(endpoints("web").getFirst().endpoints())
                .extracting(endpoint -> endpoint.ip().toString())
                .containsExactly("10.244.2.5", "fd00:244:2::5");
    }

    @Test
    void notReadyAddressesOnRequest() {
        lab.apply(podYaml("web", ""), serviceYaml("web", "publishNotReadyAddresses: true, "));
        lab.run(lab.pod("web"), false, "10.244.2.5");
        assertThat(endpoints("web").getFirst().endpoints())
                .extracting(Endpoint::ready, Endpoint::serving)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(true, false));
    }

    /** Each pod may give a name another number, and one that lacks it isn't behind that port. */
    @Test
    void namedPortsAreThePodsOwn() {
        lab.apply(
                podYaml("a", ""),
                podYaml("b", "").replace("8080", "9090"),
                podYaml("c", "").replace("name: http, containerPort", "name: web, containerPort"),
                podYaml("d", "").replace("8080", "53, protocol: UDP").replace("fairlead/http", "fairlead/echo"),
                podYaml("e", "").replace("app: web", "app: other"),
                podYaml("f", "").replace("name: f,", "name: f, namespace: elsewhere,"),
                "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports:"
                        + " [{name: named, port: 80, targetPort: http}, {name: number, port: 81, targetPort: 7070},"
                        + " {name: same, port: 82}, {name: udp, port: 53, protocol: UDP, targetPort: http}]}}");
        for (Pod pod : lab.store.picture().pods().values()) {
            lab.run(pod, true, "10.244.1." + (int) pod.metadata().name().charAt(0));
        }
        assertThat(endpoints("web").stream().map(PortEndpointsTest::text))
                .containsExactly(
                        "80: a:8080 b:9090", "81: a:7070 b:7070 c:7070 d:7070", "82: a:82 b:82 c:82 d:82", "53: d:53");
    }

    @Test
    void noSelectorNoEndpoints() {
        lab.apply(podYaml("web", ""), serviceYaml("web", "").replace("selector: {app: web}, ", ""));
        lab.run(lab.pod("web"), true, "10.244.2.5");
        assertThat(endpoints("web").getFirst().endpoints()).isEmpty();
    }

    private static String text(PortEndpoints endpoints) {
        StringBuilder text = new StringBuilder(endpoints.port().port() + ":");
        for (Endpoint endpoint : endpoints.endpoints()) {
            text.append(' ').append(endpoint.pod().name()).append(':').append(endpoint.port());
        }
        return text.toString();
    }
}
