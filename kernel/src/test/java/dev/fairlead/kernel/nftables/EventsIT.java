package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.Fields.*;
import static dev.fairlead.kernel.nftables.Nats.dnat;
import static dev.fairlead.kernel.nftables.Statement.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Ip;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is heard of changes and of traced packets. */
class EventsIT {
    @AfterEach
    void nothingIsLeft() {
        Inside.assertNothingLeft();
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Table TABLE = Table.of(TableFamily.INET, "fairlead");

    @Test
    void hearsOfEveryChangeAndWhoMadeIt() {
        NftSet set = TABLE.set("ips", ScalarType.IPV4_ADDR);
        Chain chain = TABLE.chain("services");
        Rule rule = chain.rule(IP_DADDR.in(set), drop()).commented("why");
        try (Inside inside = Inside.create("nft");
                NftablesEvents events = NftablesEvents.open(inside.namespace());
                Nftables nftables = Nftables.open(inside.namespace())) {
            nftables.commit(new Transaction()
                    .add(TABLE)
                    .add(set)
                    .add(set, List.of(set.element("10.0.0.1")))
                    .add(chain)
                    .add(rule));
            List<NftablesEvent> heard = until(() -> events.await(Duration.ofMillis(200)), 6);
            assertThat(heard.get(0)).isInstanceOfSatisfying(NftablesEvent.OfTable.class, e -> {
                assertThat(e.added()).isTrue();
                assertThat(e.table().name()).isEqualTo("fairlead");
            });
            assertThat(heard)
                    .anySatisfy(event -> assertThat(event).isInstanceOfSatisfying(NftablesEvent.OfElements.class, e -> {
                        assertThat(e.set()).isEqualTo("ips");
                        assertThat(e.elements()).containsExactly(set.element("10.0.0.1"));
                    }));
            assertThat(heard)
                    .anySatisfy(event -> assertThat(event).isInstanceOfSatisfying(NftablesEvent.OfRule.class, e -> {
                        assertThat(e.rule().comment()).isEqualTo("why");
                        assertThat(e.rule().text()).isEqualTo("ip daddr @ips drop comment \"why\"");
                    }));
            assertThat(heard.getLast()).isEqualTo(new NftablesEvent.Committed(nftables.generation()));

            inside.run("nft", "delete", "table", "inet", "fairlead");
            List<NftablesEvent> foreign = until(() -> events.await(Duration.ofMillis(200)), 5);
            assertThat(foreign)
                    .anySatisfy(event -> assertThat(event)
                            .isInstanceOfSatisfying(
                                    NftablesEvent.OfTable.class,
                                    e -> assertThat(e.added()).isFalse()));
            assertThat(foreign.getLast())
                    .isInstanceOfSatisfying(
                            NftablesEvent.Committed.class,
                            e -> assertThat(e.generation().process()).isEqualTo("nft"));
        }
    }

    /** Follows the first packet of a connection to the rule that translates it, and from there to the tracked flow. */
    @Test
    void tracesAPacket() {
        Chain pre = TABLE.chain("trace", Hook.filter(Point.PREROUTING, Hook.RAW));
        Chain nat = TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT));
        Chain web = TABLE.chain("service-WEB");
        try (TwoNamespaces net = TwoNamespaces.create("ip", "nft");
                Nftables nftables = Nftables.open(net.node.namespace());
                Conntrack conntrack = Conntrack.open(net.node.namespace());
                Traces traces = Traces.open(net.node.namespace())) {
            nftables.commit(new Transaction()
                    .add(TABLE)
                    .add(pre)
                    .add(nat)
                    .add(web)
                    .add(pre.rule(IP_DADDR.is("10.96.0.1"), META_NFTRACE.set(1)))
                    .add(nat.rule(IP_DADDR.is("10.96.0.1"), TCP_DPORT.is(80), jump("service-WEB")))
                    .add(web.rule(META_L4PROTO.is("tcp"), dnat(Ip.of("10.1.0.11"), 8080))));
            net.serve("10.1.0.11", 8080);
            Socket connection = net.connect("10.96.0.1", 80);

            List<TraceEvent> steps =
                    until(() -> traces.await(Duration.ofMillis(200)).steps(), 4);
            long id = steps.getFirst().id();
            assertThat(steps.getFirst()).satisfies(first -> {
                assertThat(first.kind()).isEqualTo(TraceEvent.Kind.RULE);
                assertThat(first.chain()).isEqualTo("trace");
                assertThat(Ip.of(first.networkHeader().slice(12, 4).toArray())).isEqualTo(Ip.of("10.1.0.2"));
                assertThat(first.transportHeader().slice(2, 2).hex()).isEqualTo("0050");
                assertThat(first.inputInterface()).isPositive();
                assertThat(first.nfproto()).isEqualTo(2);
            });
            long jumping = handle(nftables, "nat-prerouting");
            assertThat(steps)
                    .filteredOn(step -> step.id() == id)
                    .anySatisfy(step -> {
                        assertThat(step.ruleHandle()).isEqualTo(jumping);
                        assertThat(step.verdict()).isEqualTo(Verdict.jump("service-WEB"));
                    })
                    .anySatisfy(step -> {
                        assertThat(step.chain()).isEqualTo("service-WEB");
                        assertThat(step.ruleHandle()).isEqualTo(handle(nftables, "service-WEB"));
                        assertThat(step.verdict()).isEqualTo(Verdict.ACCEPT);
                    });

            Flow flow = conntrack.list().stream()
                    .filter(f -> f.original().sourcePort() == connection.getLocalPort())
                    .findFirst()
                    .orElseThrow();
            steps.stream()
                    .map(TraceEvent::connection)
                    .filter(c -> !c.equals(TraceEvent.Connection.UNKNOWN))
                    .forEach(c -> assertThat(c.id()).isEqualTo(flow.id()));
        }
    }

    private static long handle(Nftables nftables, String chain) {
        return nftables.rules(TABLE).stream()
                .filter(rule -> rule.chain().equals(chain))
                .findFirst()
                .orElseThrow()
                .handle();
    }

    /** Waits until at least so many have come and no more do for a moment. */
    private static <T> List<T> until(Supplier<List<T>> more, int atLeast) {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<T> all = new ArrayList<>();
        while (true) {
            List<T> some = more.get();
            all.addAll(some);
            if (some.isEmpty() && all.size() >= atLeast) {
                return all;
            }
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("only heard " + all);
            }
        }
    }
}
