package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Many requests at once: in one system call, from many threads, and while others change what is listed. */
@RealKernel
class ManyRequestsTest {

    @Test
    void aPodsLinkAddressAndRouteTakeOneCallOnEachSide(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink near = Rtnetlink.open(node);
                Rtnetlink far = Rtnetlink.open(pod)) {
            int port = 1000;
            int eth0 = 2;
            assertThat(near.pipeline(List.of(
                            LinkRequests.createVeth(
                                    List.of(LinkSetting.name("veth0"), LinkSetting.index(port), LinkSetting.up()),
                                    List.of(
                                            LinkSetting.name("eth0"),
                                            LinkSetting.index(eth0),
                                            LinkSetting.namespace(pod))),
                            AddressRequests.add(Address.of(port, Prefix.of("192.0.2.1/32"))),
                            RouteRequests.add(
                                    Route.unicast(Prefix.of("10.244.1.5/32")).device(port)))))
                    .allMatch(Optional::isEmpty);
            assertThat(far.pipeline(List.of(
                            LinkRequests.set(eth0, LinkSetting.up()),
                            LinkRequests.set(1, LinkSetting.up()),
                            AddressRequests.add(Address.of(eth0, Prefix.of("10.244.1.5/24"))),
                            AddressRequests.add(Address.of(eth0, Prefix.of("fd00:244::5/64"))),
                            RouteRequests.add(Route.defaultRoute(Family.IPV4).via(Ip.of("10.244.1.1"))),
                            NeighbourRequests.add(
                                    Neighbour.permanent(Ip.of("10.244.1.1"), eth0, Mac.of("0a:58:0a:f4:01:01"))))))
                    .allMatch(Optional::isEmpty);
        }
        assertThat(Oracle.in(pod).lines("ip", "route", "show"))
                .containsExactlyInAnyOrder(
                        "default via 10.244.1.1 dev eth0 proto 250",
                        "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.5");
        // The kernel hears of the link's carrier a moment after the peer was brought up.
        var _ = Poll.untilEqual(
                Duration.ofSeconds(5),
                () -> Oracle.in(node).lines("ip", "route", "show"),
                () -> List.of("10.244.1.5 dev veth0 proto 250 scope link"));
    }

    @Test
    void oneRefusalDoesNotKeepTheOthersFromBeingDone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node)) {
            List<Optional<NetlinkException>> outcomes = net.pipeline(List.of(
                    LinkRequests.set("lo", LinkSetting.up()),
                    LinkRequests.set("nosuch", LinkSetting.up()),
                    RouteRequests.add(Route.blackhole(Prefix.of("10.0.0.0/8")))));
            assertThat(outcomes.get(0)).isEmpty();
            assertThat(outcomes.get(1).orElseThrow().errno()).isEqualTo(Errno.ENODEV);
            assertThat(outcomes.get(1).orElseThrow()).hasMessageContaining("set the link nosuch up");
            assertThat(outcomes.get(2)).isEmpty();
            assertThatThrownBy(() -> net.apply(List.of(
                            LinkRequests.set("nosuch", LinkSetting.up()),
                            LinkRequests.set("lo", LinkSetting.down()),
                            LinkRequests.delete("nosuch"))))
                    .hasMessageContaining("set the link nosuch up")
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .singleElement()
                            .asString()
                            .contains("delete the link nosuch"));
            assertThat(net.links().require("lo").isUp()).isFalse();
            net.apply(List.of(LinkRequests.set("lo", LinkSetting.up())));
        }
        assertThat(Oracle.in(node).lines("ip", "route", "show")).containsExactly("blackhole 10.0.0.0/8 proto 250");
    }

    @Test
    void thousandsOfRequestsAreAllAnswered(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        int routes = 3_000;
        List<Request> requests = new ArrayList<>();
        Ip first = Ip.of("10.0.0.0");
        for (int i = 0; i < routes; i++) {
            requests.add(RouteRequests.add(Route.blackhole(new Prefix(first.plus(i), 32))));
        }
        try (Rtnetlink net = Rtnetlink.open(node)) {
            assertThat(net.pipeline(requests)).hasSize(routes).allMatch(Optional::isEmpty);
            assertThat(net.routes().list(Family.IPV4, RouteTable.MAIN)).hasSize(routes);
            assertThat(net.pipeline(List.of())).isEmpty();
        }
    }

    @Test
    void manyThreadsShareOneConnection(TestNamespaces namespaces) throws Exception {
        int threads = 8;
        int rounds = 100;
        try (Rtnetlink net = Rtnetlink.open(namespaces.create());
                ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            net.links().set("lo", LinkSetting.up());
            List<Callable<Integer>> work = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Prefix mine = Prefix.of("10." + t + ".0.0/16");
                Route route = Route.unreachable(mine).withTable(new RouteTable(1000 + t));
                work.add(() -> {
                    for (int i = 0; i < rounds; i++) {
                        net.routes().add(route);
                        assertThat(net.routes().list(Family.IPV4, route.table()))
                                .extracting(Route::destination)
                                .containsExactly(mine);
                        assertThat(net.links().require("lo").index()).isEqualTo(1);
                        assertThat(net.links().find("nosuch" + i)).isEmpty();
                        net.routes().delete(route);
                    }
                    return rounds;
                });
            }
            for (Future<Integer> done : pool.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(rounds);
            }
        }
    }

    @Test
    void aListThatChangesWhileItIsReadIsReadAgain(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        int lasting = 1_500; // several answers of the kernel's 32 KiB
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean stop = new AtomicBoolean();
        try (Rtnetlink net = Rtnetlink.open(node);
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < lasting; i++) {
                requests.add(AddressRequests.add(
                        Address.of(1, new Prefix(Ip.of("10.0.0.0").plus(i), 32))));
            }
            assertThat(net.pipeline(requests)).allMatch(Optional::isEmpty);
            Future<?> churn = pool.submit(() -> {
                try (Rtnetlink other = Rtnetlink.open(node)) {
                    Address address = Address.of(1, Prefix.of("172.16.0.1/32"));
                    while (!stop.get()) {
                        other.addresses().add(address);
                        other.addresses().delete(address);
                    }
                }
            });
            NetlinkSocket.explainTo(text -> {
                if (text.contains("DUMP_INTR")) {
                    interrupted.set(true);
                }
            });
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            try {
                while (!interrupted.get() && System.nanoTime() - end < 0) {
                    assertComplete(net, lasting);
                }
            } finally {
                NetlinkSocket.explainNothing();
                stop.set(true);
                churn.get();
            }
            assertThat(interrupted).as("a dump was interrupted").isTrue();
            assertComplete(net, lasting);
        }
    }

    /** Each lasting address once; the one that comes and goes may be there or not. */
    private static void assertComplete(Rtnetlink net, int lasting) {
        List<Address> addresses;
        try {
            addresses = net.addresses().list(); // the kernel doesn't notice changes while it lists a single link's
        } catch (NetlinkException e) {
            assertThat(e.isTransient()).as(e.getMessage()).isTrue(); // it changed all the time
            return;
        }
        Set<Prefix> seen = new HashSet<>();
        for (Address address : addresses) {
            assertThat(seen.add(address.prefix())).as("twice: %s", address).isTrue();
        }
        seen.remove(Prefix.of("172.16.0.1/32"));
        assertThat(seen).hasSize(lasting);
    }
}
