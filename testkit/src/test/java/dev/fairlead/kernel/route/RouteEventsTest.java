package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the kernel reports while links, addresses, routes and neighbours change. */
@RealKernel
class RouteEventsTest {
    private static final Mac MAC = Mac.of("0a:58:00:00:00:09");
    private static final Ip GATEWAY = Ip.of("192.0.2.2");
    private static final Route ROUTE = Route.unicast(Prefix.of("10.0.0.0/8")).via(GATEWAY);

    @Test
    void everyChangeIsReportedAsWhatItIs(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node);
                RouteEvents events = RouteEvents.open(node, RouteEvents.Topic.values())) {
            net.links().create(LinkKind.Bridge.plain(), LinkSetting.name("br0"), LinkSetting.up());
            int bridge = net.links().require("br0").index();
            net.links()
                    .createVeth(
                            List.of(LinkSetting.name("a"), LinkSetting.master(bridge), LinkSetting.up()),
                            List.of(LinkSetting.name("b")));
            int port = net.links().require("a").index();
            net.links().setPort(port, Map.of(PortFlag.HAIRPIN, true));
            net.addresses().add(bridge, Prefix.of("192.0.2.1/24"));
            net.routes().add(ROUTE);
            net.neighbours().add(Neighbour.permanent(GATEWAY, bridge, MAC));
            net.neighbours().add(FdbEntry.onPort(MAC, port));

            net.neighbours().delete(FdbEntry.onPort(MAC, port));
            net.neighbours().delete(Neighbour.permanent(GATEWAY, bridge, MAC));
            net.routes().delete(ROUTE);
            net.addresses().delete(bridge, Prefix.of("192.0.2.1/24"));
            net.links().set(port, LinkSetting.master(0));
            net.links().delete("a");

            List<RouteEvent> seen = collect(
                    events,
                    e -> e instanceof RouteEvent.LinkGone(Link link)
                            && link.name().equals("b"));
            assertHasChanges(seen, bridge);
            assertHasEnds(seen, bridge, port);
            assertThat(seen).doesNotContain(new RouteEvent.Lost());
            // A port that leaves its bridge is no deleted link.
            assertThat(indexOf(seen, e -> e instanceof RouteEvent.LinkGone))
                    .isGreaterThan(indexOf(seen, e -> e instanceof RouteEvent.PortGone));
        }
    }

    private static void assertHasChanges(List<RouteEvent> seen, int bridge) {
        assertThat(seen)
                .anyMatch(e -> e instanceof RouteEvent.LinkChanged(Link link)
                        && link.name().equals("br0"))
                .anyMatch(e -> e instanceof RouteEvent.PortChanged change
                        && change.name().equals("a")
                        && change.bridge() == bridge
                        && change.port().is(PortFlag.HAIRPIN))
                .anyMatch(e -> e instanceof RouteEvent.AddressChanged(Address address)
                        && address.toString().startsWith("inet 192.0.2.1/24"))
                .anyMatch(e -> e instanceof RouteEvent.RouteChanged(Route route)
                        && route.destination().equals(ROUTE.destination())
                        && route.gateway().equals(GATEWAY)
                        && route.device() == bridge)
                .anyMatch(e -> e instanceof RouteEvent.NeighbourChanged(Neighbour neighbour)
                        && neighbour.mac().equals(MAC))
                .anyMatch(e -> e instanceof RouteEvent.FdbChanged(FdbEntry entry)
                        && entry.mac().equals(MAC)
                        && entry.master() == bridge);
    }

    private static void assertHasEnds(List<RouteEvent> seen, int bridge, int port) {
        assertThat(seen)
                .anyMatch(e -> e instanceof RouteEvent.PortGone gone && gone.device() == port)
                .anyMatch(e -> e instanceof RouteEvent.AddressGone(Address address) && address.device() == bridge)
                .anyMatch(e -> e instanceof RouteEvent.RouteGone(Route route)
                        && route.destination().equals(ROUTE.destination()))
                .anyMatch(e -> e instanceof RouteEvent.NeighbourGone(Neighbour neighbour)
                        && neighbour.address().equals(GATEWAY))
                .anyMatch(e -> e instanceof RouteEvent.FdbGone(FdbEntry entry)
                        && entry.mac().equals(MAC));
    }

    @Test
    void onlyTheTopicsAskedForAreHeard(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node);
                RouteEvents events = RouteEvents.open(node, RouteEvents.Topic.ROUTES)) {
            net.links().set("lo", LinkSetting.up());
            net.routes().add(Route.blackhole(Prefix.of("10.0.0.0/8")));
            List<RouteEvent> seen = collect(
                    events,
                    event -> event instanceof RouteEvent.RouteChanged changed
                            && changed.route().type().equals(RouteType.BLACKHOLE));
            assertThat(seen).allMatch(event -> event instanceof RouteEvent.RouteChanged);
            assertThat(events.next(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void aReaderThatIsTooSlowIsToldThatEventsWereLostAndHearsTheNextOnes(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node);
                RouteEvents events = RouteEvents.open(node, RouteEvents.Topic.ROUTES)) {
            net.links().set("lo", LinkSetting.up());
            Route route = Route.blackhole(Prefix.of("10.0.0.0/8"));
            List<Request> flood = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                flood.add(RouteRequests.add(route));
                flood.add(RouteRequests.delete(route));
            }
            boolean lost = false;
            for (int round = 0; round < 10 && !lost; round++) {
                assertThat(net.pipeline(flood)).hasSize(flood.size()).allMatch(Optional::isEmpty);
                lost = events.next(Duration.ZERO).contains(new RouteEvent.Lost());
            }
            assertThat(lost).as("100,000 unread events fit the receive buffer").isTrue();

            net.routes().add(Route.unreachable(Prefix.of("172.16.0.0/12")));
            List<RouteEvent> after = collect(
                    events,
                    event -> event instanceof RouteEvent.RouteChanged changed
                            && changed.route().type().equals(RouteType.UNREACHABLE));
            assertThat(after.getLast().toString()).isEqualTo("unreachable 172.16.0.0/12 proto 250");
            assertThat(net.routes().list(Family.IPV4, RouteTable.MAIN)).hasSize(1);
        }
    }

    private static int indexOf(List<RouteEvent> events, Predicate<RouteEvent> wanted) {
        for (int i = 0; i < events.size(); i++) {
            if (wanted.test(events.get(i))) {
                return i;
            }
        }
        throw new AssertionError("not among " + events);
    }

    /** Events up to the first that {@code last} accepts. */
    private static List<RouteEvent> collect(RouteEvents events, Predicate<RouteEvent> last) {
        List<RouteEvent> seen = new ArrayList<>();
        Poll.until(
                Duration.ofSeconds(10),
                () -> {
                    seen.addAll(events.next(Duration.ofMillis(100)));
                    return seen.stream().anyMatch(last);
                },
                () -> seen.size() + " events, the last " + seen.subList(Math.max(0, seen.size() - 20), seen.size()));
        return seen;
    }
}
