package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.Fields.*;
import static dev.fairlead.kernel.nftables.Nats.*;
import static dev.fairlead.kernel.nftables.ScalarType.*;
import static dev.fairlead.kernel.nftables.Selector.concat;
import static dev.fairlead.kernel.nftables.Statement.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real connections through rules of ours, see {@link TwoNamespaces} for the wiring. */
class ServicePathIT {
    @AfterEach
    void nothingIsLeft() {
        Inside.assertNothingLeft();
    }

    private static final Table TABLE = Table.of(TableFamily.INET, "fairlead");
    private static final NftSet SERVICES = TABLE.verdictMap("service-ips", IPV4_ADDR, INET_PROTO, INET_SERVICE);
    private static final NftSet SERVICES6 = TABLE.verdictMap("service-ips6", IPV6_ADDR, INET_PROTO, INET_SERVICE);
    private static final NftSet DIRECT =
            TABLE.map("direct", SetType.of(IPV4_ADDR, INET_PROTO, INET_SERVICE), SetType.of(IPV4_ADDR, INET_SERVICE));
    private static final Chain NAT = TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT));
    private static final Chain REFUSE = TABLE.chain("refuse", Hook.filter(Point.PREROUTING, Hook.DSTNAT - 10));
    private static final Chain WEB = TABLE.chain("service-WEB");
    private static final Chain WEB6 = TABLE.chain("service6-WEB");
    private static final SetType TARGET = SetType.of(IPV4_ADDR, INET_SERVICE);
    private static final SetType TARGET6 = SetType.of(IPV6_ADDR, INET_SERVICE);

    private static Transaction table() {
        return new Transaction()
                .add(TABLE)
                .add(SERVICES)
                .add(SERVICES6)
                .add(DIRECT)
                .add(NAT)
                .add(REFUSE)
                .add(WEB)
                .add(WEB6)
                .add(NAT.rule(concat(IP_DADDR, META_L4PROTO, TH_DPORT).vmap(SERVICES)))
                .add(NAT.rule(concat(IP6_DADDR, META_L4PROTO, TH_DPORT).vmap(SERVICES6)))
                .add(NAT.rule(dnat(concat(IP_DADDR, META_L4PROTO, TH_DPORT).map(DIRECT))));
    }

    @Test
    void spreadsConnectionsOverTheBackendsOfANumgenMap() throws IOException {
        try (TwoNamespaces net = TwoNamespaces.create("ip", "nft");
                Nftables nftables = Nftables.open(net.node.namespace())) {
            List<String> backends = List.of("10.1.0.11", "10.1.0.12", "10.1.0.13");
            List<Bytes> targets =
                    backends.stream().map(ip -> TARGET.value(ip, 8080)).toList();
            nftables.commit(table().add(WEB.rule(
                            META_L4PROTO.is(Protocol.TCP),
                            dnat(Generator.random(3).values(TARGET, targets))))
                    .add(
                            SERVICES,
                            List.of(SERVICES.element(Ip.of("10.96.0.1"), Protocol.TCP, 80)
                                    .maps(Verdict.goTo("service-WEB"))
                                    .commented("default/web:http"))));
            assertThat(net.node.run("nft", "list", "chain", "inet", "fairlead", "service-WEB"))
                    .contains("dnat ip to numgen random mod 3 map { 0 : 10.1.0.11 . 8080, 1 : 10.1.0.12 . 8080,"
                            + " 2 : 10.1.0.13 . 8080 }");

            backends.forEach(ip -> net.serve(ip, 8080));
            Set<String> answered = new TreeSet<>();
            for (int i = 0; i < 60 && answered.size() < 3; i++) {
                answered.add(TwoNamespaces.answer(net.connect("10.96.0.1", 80)));
            }
            assertThat(answered).containsExactlyElementsOf(backends);
        }
    }

    @Test
    void carriesIpv6AndDirectMaps() throws IOException {
        try (TwoNamespaces net = TwoNamespaces.create("ip", "nft");
                Nftables nftables = Nftables.open(net.node.namespace())) {
            nftables.commit(table().add(WEB6.rule(
                            META_L4PROTO.is(Protocol.TCP),
                            dnat(Generator.inTurn(1).values(TARGET6, List.of(TARGET6.value("fd01::1", 8080))))))
                    .add(
                            SERVICES6,
                            List.of(SERVICES6
                                    .element(Ip.of("fd96::1"), Protocol.TCP, 80)
                                    .maps(Verdict.goTo("service6-WEB"))))
                    .add(
                            DIRECT,
                            List.of(DIRECT.element(Ip.of("10.96.0.2"), Protocol.TCP, 80)
                                    .maps(DIRECT.valueOf(Ip.of("10.1.0.12"), 8080)))));
            net.serve("fd01::1", 8080);
            net.serve("10.1.0.12", 8080);
            assertThat(TwoNamespaces.answer(net.connect("fd96::1", 80))).isEqualTo("fd01::1");
            assertThat(TwoNamespaces.answer(net.connect("10.96.0.2", 80))).isEqualTo("10.1.0.12");
        }
    }

    @Test
    void refusesAtOnceWhatHasNoBackend() {
        try (TwoNamespaces net = TwoNamespaces.create("ip", "nft");
                Nftables nftables = Nftables.open(net.node.namespace())) {
            nftables.commit(table().add(REFUSE.rule(IP_DADDR.is("10.96.0.0/12"), rejectWithTcpReset())));
            assertThatThrownBy(() -> net.connect("10.96.0.9", 80))
                    .hasRootCauseInstanceOf(ConnectException.class)
                    .hasStackTraceContaining("Connection refused");
        }
    }
}
