package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to our table by the real {@code nft}, in a namespace with nothing else in it, and what we leave. */
@RealKernel
class ForeignEditTest {
    private static final Services TWO = new Services(TwoNodes.picture(), Family.IPV4)
            .add("x", 10, "10.244.1.5@n1")
            .add("y", 11, "10.244.1.5@n1 10.244.2.7@n2");

    private static void apply(ServiceTable table, ClusterPicture picture) {
        table.apply(table.applied().next(picture));
    }

    private static String anew(ClusterPicture picture, Netns other) {
        try (ServiceTable table = ServiceTable.start(other, "n1")) {
            apply(table, picture);
            return table.text();
        }
    }

    /** Each damages something that the next change has nothing to do with, or takes away what it would change. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete element inet fairlead cluster-ips { 10.96.0.10 }",
                "delete element inet fairlead service-ips { 10.96.0.11 . tcp . 80 }",
                "add element inet fairlead cluster-ips { 10.96.0.50 }",
                "flush set inet fairlead cluster-sources",
                "flush chain inet fairlead masquerading",
                "add rule inet fairlead refuse accept",
                "add chain inet fairlead mine",
                "delete table inet fairlead",
                "delete table inet fairlead; add table inet fairlead",
                "flush ruleset",
                "add table ip other; delete element inet fairlead cluster-ips { 10.96.0.10 }; add table ip third"
            })
    void theNextChangeMendsIt(String edit, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1")) {
            apply(table, TWO.picture());
            Oracle.in(node).run("nft", edit);
            ClusterPicture next = TWO.add("z", 12, "10.244.2.7@n2").picture();
            apply(table, next);
            String mended = Oracle.in(node).run("nft", "list", "table", "inet", "fairlead");
            assertThat(mended).isEqualTo(anew(next, namespaces.create()));

            ClusterPicture last = TWO.add("z", 12, "10.244.1.5@n1").picture();
            apply(table, last);
            assertThat(Oracle.in(node).run("nft", "list", "table", "inet", "fairlead"))
                    .as("and goes on by difference")
                    .isEqualTo(anew(last, namespaces.create()));
        }
    }

    @Test
    void whatAnEarlierAgentLeftIsReplaced(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Oracle nft = Oracle.in(node);
        nft.run(
                "nft",
                "table inet fairlead { set cluster-ips { type ipv6_addr; }; map service-ips { type inet_service : verdict;"
                        + " elements = { 80 : goto old } }; chain old { accept; }; chain nat-prerouting { type filter hook"
                        + " forward priority 0; tcp dport vmap @service-ips; }; }; table ip other { chain c { accept; }; }");
        String other = nft.run("nft", "list", "table", "ip", "other");
        try (ServiceTable table = ServiceTable.start(node, "n1")) {
            apply(table, TWO.picture());
            assertThat(nft.run("nft", "list", "table", "inet", "fairlead"))
                    .isEqualTo(anew(TWO.picture(), namespaces.create()));
            table.clean();
        }
        assertThat(nft.run("nft", "list", "ruleset")).isEqualTo(other);
    }

    @Test
    void cleanLeavesNothingAndCanBeRepeated(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1")) {
            table.clean();
            apply(table, TWO.picture());
            table.clean();
            assertThat(Oracle.in(node).nft("list", "ruleset").get("nftables"))
                    .as("only nft's word about itself")
                    .hasSize(1)
                    .allMatch(item -> item.has("metainfo"));
            assertThat(table.text()).isEmpty();
            table.clean();
            apply(table, TWO.picture());
            assertThat(table.text()).isEqualTo(anew(TWO.picture(), namespaces.create()));
        }
    }

    /** More than a batch may hold where this process isn't root outside: then it goes out in parts. */
    @Test
    void thousandsOfServicesAreLoadedAndChangedByDifference(TestNamespaces namespaces) {
        int count = 600;
        ClusterPicture picture = TwoNodes.picture();
        for (int i = 0; i < count; i++) {
            Service service = Service.named("default", "service-" + i)
                    .clusterIp(Ip.of("10.96.1.0").plus(i))
                    .port(new ServicePort("", Protocol.TCP, 80))
                    .build();
            picture = picture.with(service)
                    .with(
                            service.name(),
                            new EndpointSlice(
                                    "slice",
                                    List.of(new EndpointSlice.Port("", Protocol.TCP, 80)),
                                    List.of(
                                            Endpoint.ready(Ip.of("10.244.1.5"), "n1"),
                                            Endpoint.ready(Ip.of("10.244.2.7"), "n2"))));
        }
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1");
                Batches batches = Batches.watch(node)) {
            apply(table, picture);
            assertThat(elements(node, "service-ips")).isEqualTo(count);
            assertThat(elements(node, "cluster-ips")).isEqualTo(count);
            Oracle.in(node).run("nft", "add table ip other"); // so that what was announced meanwhile is looked at
            batches.forget();
            apply(
                    table,
                    new Services(picture, Family.IPV4)
                            .add("x", 10, "10.244.2.7@n2")
                            .picture());
            assertThat(batches.forget()).isEqualTo(new Batches.Cost(2, 2 * 7, 1));
            assertThat(elements(node, "service-ips")).isEqualTo(count + 2);
            apply(table, TwoNodes.picture());
            assertThat(elements(node, "service-ips")).isZero();
        }
    }

    private static int elements(Netns node, String set) {
        int elements = 0;
        for (JsonNode item :
                Oracle.in(node).nft("list", "table", "inet", "fairlead").get("nftables")) {
            for (String kind : List.of("set", "map")) {
                if (item.path(kind).path("name").asText().equals(set)) {
                    elements += item.path(kind).path("elem").size();
                }
            }
        }
        return elements;
    }
}
