package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Addresses and routes of one namespace, judged by {@code ip}.
 *
 * <pre>
 *   d0  192.0.2.1/24, fd00:2::1/64 ════ eth-d0 (another namespace)
 *   d1  198.51.100.1/24            ════ eth-d1 (the same)
 * </pre>
 */
@RealKernel
class AddressesAndRoutesTest {

    /** A namespace with the two devices up. */
    private record Node(Netns namespace, Rtnetlink net, int d0, int d1) implements AutoCloseable {
        static Node make(TestNamespaces namespaces) {
            Netns namespace = namespaces.create();
            Netns peers = namespaces.create();
            Rtnetlink net = Rtnetlink.open(namespace);
            for (String name : List.of("d0", "d1")) {
                net.links()
                        .createVeth(
                                List.of(LinkSetting.name(name)),
                                List.of(LinkSetting.name("eth-" + name), LinkSetting.namespace(peers)));
                net.links().set(name, LinkSetting.addressGeneration(AddressGeneration.NONE));
                net.links().set(name, LinkSetting.up());
                try (Rtnetlink there = Rtnetlink.open(peers)) {
                    there.links().set("eth-" + name, LinkSetting.up());
                }
            }
            Node node = new Node(
                    namespace,
                    net,
                    net.links().require("d0").index(),
                    net.links().require("d1").index());
            net.addresses().add(node.d0, Prefix.of("192.0.2.1/24"));
            net.addresses().add(node.d0, Prefix.of("fd00:2::1/64"));
            net.addresses().add(node.d1, Prefix.of("198.51.100.1/24"));
            return node;
        }

        Oracle oracle() {
            return Oracle.in(namespace);
        }

        @Override
        public void close() {
            net.close();
        }
    }

    @Test
    void addressesAreThereAtOnceWithoutDuplicateDetection(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            JsonNode seen = node.oracle().ip("address", "show", "dev", "d0").at("/0/addr_info");
            assertThat(seen).hasSize(2);
            assertThat(seen.at("/0/local").asText()).isEqualTo("192.0.2.1");
            assertThat(seen.at("/0/prefixlen").asInt()).isEqualTo(24);
            assertThat(seen.at("/1/local").asText()).isEqualTo("fd00:2::1");
            assertThat(seen.at("/1/nodad").asBoolean()).isTrue();
            assertThat(seen.at("/1/tentative").asBoolean()).isFalse();
        }
    }

    @Test
    void addressesPrintAsIpPrintsThem(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            Addresses addresses = node.net.addresses();
            addresses.add(Address.of(node.d1, Prefix.of("10.1.2.3/32"))
                    .withPeer(Ip.of("10.9.9.9"))
                    .withScope(Scope.LINK));
            addresses.add(Address.of(node.d1, Prefix.of("10.5.0.1/16"))
                    .withBroadcast(Ip.of("10.5.255.255"))
                    .withLabel("d1:x")
                    .withoutPrefixRoute());
            addresses.add(Address.of(node.d1, Prefix.of("fd00:3::1/64")).withFlags(0));
            DeviceNames names = node.net.links().names();
            List<String> seen = Poll.untilEqual(
                    Duration.ofSeconds(5),
                    () -> addresses.list().stream()
                            .map(address ->
                                    names.of(address.device()) + " " + address.text(names) + " " + address.lifetimes())
                            .sorted()
                            .toList(),
                    () -> node.oracle().lines("ip", "-o", "address", "show").stream()
                            .map(line -> line.replaceFirst("^[0-9]+: ", "").replaceAll("[ \\\\]+", " "))
                            .sorted()
                            .toList());
            assertThat(seen).hasSizeGreaterThan(5);
        }
    }

    @Test
    void anAddressIsReplacedAndDeletedAndRefusalsAreQuestions(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            Prefix prefix = Prefix.of("192.0.2.1/24");
            assertThatThrownBy(() -> node.net.addresses().add(node.d0, prefix))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isAlreadyThere()).isTrue());
            node.net.addresses().replace(Address.of(node.d0, prefix));
            node.net.addresses().delete(node.d0, prefix);
            assertThat(node.net.addresses().list(node.d0))
                    .extracting(address -> address.prefix().toString())
                    .containsExactly("fd00:2::1/64");
            assertThatThrownBy(() -> node.net.addresses().delete(node.d0, prefix))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue());
            assertThat(node.oracle().ip("-4", "address", "show", "dev", "d0").at("/0/addr_info"))
                    .isEmpty();
        }
    }

    private static List<Route> samples(Node node) {
        Prefix far = Prefix.of("10.244.2.0/24");
        return List.of(
                Route.unicast(far).via(Ip.of("192.0.2.2")).device(node.d0).withMtu(1450),
                Route.unicast(Prefix.of("10.244.3.0/24")).device(node.d1).withMetric(77),
                Route.unicast(Prefix.of("10.244.4.4/32"))
                        .via(Ip.of("203.0.113.9"))
                        .device(node.d0)
                        .onlink(),
                Route.defaultRoute(Family.IPV4).via(Ip.of("192.0.2.254")).withPreferredSource(Ip.of("198.51.100.1")),
                Route.blackhole(Prefix.of("10.96.0.0/12")),
                Route.unreachable(Prefix.of("10.97.0.0/16")).withMetric(9),
                Route.prohibit(Prefix.of("10.98.0.0/16")).withProtocol(RouteProtocol.STATIC),
                Route.elsewhere(Prefix.of("10.99.0.0/16")).withTable(new RouteTable(1000)),
                Route.local(Prefix.of("10.100.0.0/16")).device(1),
                Route.unicast(Prefix.of("10.245.0.0/16"))
                        .withScope(Scope.UNIVERSE)
                        .withHops(List.of(
                                new NextHop(Ip.of("192.0.2.3"), node.d0, 1, 0),
                                new NextHop(Ip.of("198.51.100.3"), node.d1, 5, 0))),
                Route.unicast(Prefix.of("fd00:244::/64"))
                        .via(Ip.of("fd00:2::2"))
                        .withMtu(1400),
                Route.unicast(Prefix.of("10.246.0.0/16"))
                        .via(Ip.of("fd00:2::2"))
                        .device(node.d0),
                Route.defaultRoute(Family.IPV6).device(node.d1).withTable(new RouteTable(51)),
                Route.unreachable(Prefix.of("fd00:96::/112")));
    }

    @Test
    void routesPrintAsIpPrintsThem(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            for (Route route : samples(node)) {
                node.net.routes().add(route);
            }
            DeviceNames names = node.net.links().names();
            for (Family family : Family.values()) {
                String option = family == Family.IPV4 ? "-4" : "-6";
                List<String> seen = Poll.untilEqual(
                        Duration.ofSeconds(5),
                        () -> node.net.routes().list(family, RouteTable.ANY).stream()
                                .flatMap(route -> route.text(names).lines())
                                .map(String::strip)
                                .toList(),
                        () -> node.oracle().lines("ip", option, "route", "show", "table", "all").stream()
                                .map(String::strip)
                                .toList());
                assertThat(seen).hasSizeGreaterThan(4);
            }
        }
    }

    @Test
    void everyKindOfRouteCanBeReplacedAndDeletedAsItWasRead(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            Routes routes = node.net.routes();
            samples(node).forEach(routes::add);
            List<Route> ours = new ArrayList<>();
            for (Family family : Family.values()) {
                ours.addAll(routes.list(family, RouteTable.ANY, RouteProtocol.FAIRLEAD));
            }
            assertThat(ours).hasSize(samples(node).size() - 1); // one has another protocol
            ours.forEach(routes::replace);
            assertThat(Stream.of(Family.values())
                            .flatMap(family -> routes.list(family, RouteTable.ANY, RouteProtocol.FAIRLEAD).stream())
                            .map(Route::toString))
                    .containsExactlyInAnyOrderElementsOf(
                            ours.stream().map(Route::toString).toList());
            ours.forEach(routes::delete);
            assertThat(node.oracle().run("ip", "route", "show", "table", "all")).doesNotContain("proto 250");
            assertThat(node.oracle().run("ip", "-6", "route", "show", "table", "all"))
                    .doesNotContain("proto 250");
            assertThatThrownBy(() -> routes.delete(ours.getFirst()))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue());
        }
    }

    @Test
    void lookUpsAnswerAsIpRouteGetDoes(TestNamespaces namespaces) {
        try (Node node = Node.make(namespaces)) {
            samples(node).forEach(node.net.routes()::add);
            DeviceNames names = node.net.links().names();
            Routes routes = node.net.routes();
            for (String destination : List.of("10.244.2.9", "10.244.4.4", "8.8.8.8", "192.0.2.1", "fd00:244::7")) {
                assertThat(routes.lookUp(Ip.of(destination))
                                .text(names)
                                .lines()
                                .map(String::stripTrailing)
                                .toList())
                        .isEqualTo(node.oracle().lines("ip", "route", "get", destination));
            }
            Route chosen = routes.lookUp(Ip.of("10.244.2.9"));
            assertThat(chosen.gateway()).isEqualTo(Ip.of("192.0.2.2"));
            assertThat(chosen.device()).isEqualTo(node.d0);
            assertThat(chosen.preferredSource()).isEqualTo(Ip.of("192.0.2.1"));
            Route entry = routes.lookUpEntry(RouteLookup.to(Ip.of("10.244.2.9")));
            assertThat(entry.destination()).isEqualTo(Prefix.of("10.244.2.0/24"));
            assertThat(entry.metrics().mtu()).isEqualTo(1450);
            assertThatThrownBy(() -> routes.lookUp(Ip.of("10.98.1.1")))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotPermitted()).isTrue());
        }
    }
}
