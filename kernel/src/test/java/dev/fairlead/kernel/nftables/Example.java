package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.Fields.*;
import static dev.fairlead.kernel.nftables.Nats.*;
import static dev.fairlead.kernel.nftables.ScalarType.*;
import static dev.fairlead.kernel.nftables.Selector.concat;
import static dev.fairlead.kernel.nftables.Statement.*;

import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.Ruleset.FilledChain;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import java.time.Duration;
import java.util.List;

/** A table that uses most of what there is, in the shape of a Service data path; {@code example.nft} is its text. */
final class Example {
    static final Table TABLE = Table.of(TableFamily.INET, "fairlead").commented("For the tests");

    static final NftSet SERVICES = TABLE.verdictMap("service-ips", IPV4_ADDR, INET_PROTO, INET_SERVICE)
            .commented("ClusterIP, protocol and port");
    static final NftSet SERVICES6 = TABLE.verdictMap("service-ips6", IPV6_ADDR, INET_PROTO, INET_SERVICE);
    static final NftSet DIRECT =
            TABLE.map("direct", SetType.of(IPV4_ADDR, INET_PROTO, INET_SERVICE), SetType.of(IPV4_ADDR, INET_SERVICE));
    static final NftSet NODEPORTS = TABLE.verdictMap("node-ports", INET_PROTO, INET_SERVICE);
    static final NftSet CLUSTER_IPS = TABLE.set("cluster-ips", IPV4_ADDR).interval();
    static final NftSet AFFINITY = TABLE.set("affinity", IPV4_ADDR)
            .dynamic()
            .timeout(Duration.ofHours(3))
            .size(65535);
    static final NftSet HAIRPIN =
            TABLE.set("hairpin", IPV4_ADDR, IPV4_ADDR, INET_PROTO, INET_SERVICE).interval();
    static final NftSet MARKS = TABLE.set("marks", MARK).interval();
    static final NftSet DEVICES = TABLE.set("known-devices", IFNAME);

    static final Chain SERVICE = TABLE.chain("service-WEB");
    static final Chain SERVICE6 = TABLE.chain("service6-WEB");
    static final Chain NOWHERE = TABLE.chain("nowhere");
    static final Chain SERVICES_CHAIN = TABLE.chain("services");
    static final Chain EXTRA = TABLE.chain("extra").commented("everything else");
    static final Chain PREROUTING = TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT));
    static final Chain OUTPUT = TABLE.chain("nat-output", Hook.nat(Point.OUTPUT, Hook.DSTNAT));
    static final Chain POSTROUTING = TABLE.chain("nat-postrouting", Hook.nat(Point.POSTROUTING, Hook.SRCNAT));
    static final Chain FORWARD = TABLE.chain("filter-forward", Hook.filter(Point.FORWARD, Hook.FILTER));
    static final Chain PRE_DNAT = TABLE.chain(
            "pre-dnat", Hook.filter(Point.PREROUTING, Hook.DSTNAT - 10).policyDrop());

    static final Chain RAW = TABLE.chain("raw-prerouting", Hook.filter(Point.PREROUTING, Hook.RAW));
    static final NftSet SEEN = TABLE.set("seen", IPV4_ADDR, INET_SERVICE)
            .dynamic()
            .timeout(Duration.ofSeconds(90))
            .size(1000)
            .commented("who asked for what");
    static final NftSet OUTSIDE = TABLE.map("outside-ips", SetType.of(IPV4_ADDR), SetType.of(IPV4_ADDR))
            .interval();

    static final Ip SERVICE_IP = Ip.of("10.96.0.1");

    private Example() {}

    static Ruleset ruleset() {
        return new Ruleset(
                TABLE,
                0,
                sets(),
                List.of(
                        new FilledChain(SERVICE, service()),
                        new FilledChain(SERVICE6, service6()),
                        new FilledChain(NOWHERE, List.of()),
                        new FilledChain(SERVICES_CHAIN, services()),
                        new FilledChain(EXTRA, extra()),
                        new FilledChain(
                                PREROUTING,
                                List.of(PREROUTING.rule(jump("services")).commented("from outside"))),
                        new FilledChain(OUTPUT, output()),
                        new FilledChain(POSTROUTING, postrouting()),
                        new FilledChain(FORWARD, forward()),
                        new FilledChain(PRE_DNAT, preDnat()),
                        new FilledChain(RAW, raw())));
    }

    private static List<Rule> raw() {
        return List.of(
                RAW.rule(IIFNAME.isNoneOf("eth0", "eth1"), notrack()),
                RAW.rule(CT_ZONE.set(5)),
                RAW.rule(IP_DADDR.isNot(Prefix.of("10.0.0.0/12")), IP_SADDR.isNot("10.0.0.0/8"), counter()),
                RAW.rule(IP_SADDR.notIn(CLUSTER_IPS), accept()),
                RAW.rule(META_MARK.and(0xff).isNot(0), drop()),
                RAW.rule(TCP_DPORT.isNot(80), add(SEEN, concat(IP_SADDR, TCP_DPORT))),
                RAW.rule(delete(SEEN, concat(IP_SADDR, TCP_SPORT))),
                RAW.rule(concat(IP_SADDR, UDP_DPORT)
                        .vmap(List.of(
                                concat(IP_SADDR, UDP_DPORT).key("1.1.1.1", 53).maps(Verdict.ACCEPT),
                                concat(IP_SADDR, UDP_DPORT).key("2.2.2.2", 54).maps(Verdict.RETURN)))),
                RAW.rule(IP_PROTOCOL.is("udp"), UDP_SPORT.is("1024-65535"), verdict(Verdict.CONTINUE)),
                RAW.rule(CT_STATE.isNot("established"), CT_MARK.set(CT_MARK.and(0xff)), counter()),
                RAW.rule(META_NFPROTO.is("ipv6"), IP6_DADDR.is("fd00::/7"), drop()),
                RAW.rule(SCTP_DPORT.isNoneOf(1, 2), rejectWithIcmpx(3)));
    }

    private static List<FilledSet> sets() {
        return List.of(
                new FilledSet(
                        SERVICES,
                        List.of(
                                SERVICES.element(SERVICE_IP, Protocol.TCP, 443)
                                        .maps(Verdict.goTo("service-WEB"))
                                        .commented("default/kubernetes:https"),
                                SERVICES.element(Ip.of("10.96.0.10"), Protocol.UDP, 53)
                                        .maps(Verdict.DROP))),
                new FilledSet(
                        SERVICES6,
                        List.of(SERVICES6
                                .element(Ip.of("fd00:96::1"), Protocol.TCP, 443)
                                .maps(Verdict.goTo("service6-WEB")))),
                new FilledSet(
                        DIRECT,
                        List.of(DIRECT.element(SERVICE_IP, Protocol.TCP, 80)
                                .maps(DIRECT.valueOf(Ip.of("10.244.0.5"), 8080)))),
                new FilledSet(NODEPORTS, List.of()),
                new FilledSet(
                        CLUSTER_IPS,
                        List.of(
                                CLUSTER_IPS.element(Prefix.of("10.96.0.0/12")),
                                CLUSTER_IPS.element(Prefix.of("10.112.0.0/12")).commented("the next one"),
                                CLUSTER_IPS.element("192.168.1.1"),
                                CLUSTER_IPS.element("255.255.255.255"))),
                new FilledSet(AFFINITY, List.of()),
                new FilledSet(
                        HAIRPIN,
                        List.of(HAIRPIN.element("10.244.0.5", "10.244.0.5", "tcp", 8080)
                                .upTo(HAIRPIN.key().value("10.244.0.5", "10.244.0.5", "tcp", 8090)))),
                new FilledSet(MARKS, List.of(MARKS.element(1).upTo(MARKS.key().value(5)), MARKS.element(0x10))),
                new FilledSet(SEEN, List.of()),
                new FilledSet(
                        OUTSIDE,
                        List.of(
                                OUTSIDE.element(Prefix.of("10.1.0.0/16")).maps(OUTSIDE.valueOf("192.0.2.1")),
                                OUTSIDE.element("10.2.0.1").maps(OUTSIDE.valueOf("192.0.2.2")),
                                Element.catchAll().maps(OUTSIDE.valueOf("192.0.2.3")))),
                new FilledSet(DEVICES, List.of(DEVICES.element("eth0"), DEVICES.element("lo"))));
    }

    private static List<Rule> service() {
        SetType target = SetType.of(IPV4_ADDR, INET_SERVICE);
        return List.of(SERVICE.rule(
                META_L4PROTO.is(Protocol.TCP),
                dnat(Generator.random(2)
                        .values(target, List.of(target.value("10.180.0.4", 80), target.value("10.180.0.5", 80))))));
    }

    private static List<Rule> service6() {
        SetType target = SetType.of(IPV6_ADDR, INET_SERVICE);
        return List.of(SERVICE6.rule(
                META_L4PROTO.is(Protocol.TCP),
                dnat(Generator.inTurn(2)
                        .values(target, List.of(target.value("fd00::4", 80), target.value("fd00::5", 80))))));
    }

    private static List<Rule> services() {
        return List.of(
                SERVICES_CHAIN.rule(concat(IP_DADDR, META_L4PROTO, TH_DPORT).vmap(SERVICES)),
                SERVICES_CHAIN.rule(concat(IP6_DADDR, META_L4PROTO, TH_DPORT).vmap(SERVICES6)),
                SERVICES_CHAIN.rule(
                        dnat(concat(IP_DADDR, META_L4PROTO, TH_DPORT).map(DIRECT))),
                SERVICES_CHAIN.rule(
                        FIB_DADDR_TYPE.is("local"),
                        concat(META_L4PROTO, TH_DPORT).vmap(NODEPORTS)));
    }

    private static List<Rule> output() {
        return List.of(
                OUTPUT.rule(jump("services")),
                OUTPUT.rule(IP_DADDR.is("10.0.0.1"), TCP_DPORT.is(80), dnat(Ip.of("10.0.0.2"), 8080)),
                OUTPUT.rule(IP6_DADDR.is("fd00::1"), UDP_DPORT.is(53), dnat(Ip.of("fd00::2"), 5353)),
                OUTPUT.rule(TCP_DPORT.is("1-1024"), redirect(8080)));
    }

    private static List<Rule> postrouting() {
        return List.of(
                POSTROUTING.rule(META_MARK.and(0x4000).is(0x4000), masqueradeFullyRandom()),
                POSTROUTING.rule(
                        concat(IP_SADDR, IP_DADDR, META_L4PROTO, TH_DPORT).in(HAIRPIN), masquerade()),
                POSTROUTING.rule(snat(IP_SADDR.map(OUTSIDE))),
                POSTROUTING.rule(IP_SADDR.is("10.0.0.0/8"), OIFNAME.isNot("lo"), snat(Ip.of("192.0.2.1"))));
    }

    private static List<Rule> forward() {
        return List.of(
                FORWARD.rule(CT_STATE.is("established,related"), accept()),
                FORWARD.rule(CT_STATE.vmap(List.of(
                        CT_STATE.key("invalid").maps(Verdict.DROP),
                        CT_STATE.key("new").maps(Verdict.jump("extra"))))));
    }

    private static List<Rule> preDnat() {
        return List.of(
                PRE_DNAT.rule(IP_DADDR.in(CLUSTER_IPS), CT_STATE.is("new"), rejectWithTcpReset()),
                PRE_DNAT.rule(IP6_SADDR.is("fd00::/8"), UDP_DPORT.isOneOf(53, 5353), rejectWithIcmpv6(4)),
                PRE_DNAT.rule(IP_SADDR.is("10.96.0.0/12"), rejectWithIcmp(3)));
    }

    private static List<Rule> extra() {
        return List.of(
                EXTRA.rule(
                                IP_SADDR.is("10.0.0.0/8"),
                                IP_DADDR.isNot("10.0.0.1"),
                                TCP_DPORT.isOneOf(80, 443),
                                counter(),
                                accept())
                        .commented("web"),
                EXTRA.rule(META_MARK.setBits(0x4000)),
                EXTRA.rule(CT_MARK.set(META_MARK)),
                EXTRA.rule(META_MARK.set(0x10)),
                EXTRA.rule(META_NFTRACE.set(1)),
                EXTRA.rule(IIFNAME.is("eth*"), OIFNAME.in(DEVICES), drop()),
                EXTRA.rule(META_MARK.in(MARKS), returns()),
                EXTRA.rule(update(AFFINITY, IP_SADDR)),
                EXTRA.rule(IP_SADDR.in(AFFINITY), goTo("nowhere")).commented("stay"),
                EXTRA.rule(limitPerSecond(10), log("fairlead: "), reject()),
                EXTRA.rule(
                        META_L4PROTO.is("tcp"),
                        CT_ORIGINAL_PROTO_DST.is(80),
                        CT_DIRECTION.is("reply"),
                        CT_STATUS.is("dnat"),
                        accept()),
                EXTRA.rule(CT_ORIGINAL_IP_DADDR.is("10.96.0.1"), accept()),
                EXTRA.rule(ETHER_SADDR.is("aa:bb:cc:dd:ee:ff"), accept()),
                EXTRA.rule(ICMPV6_TYPE.isOneOf("nd-router-advert", "nd-neighbor-solicit"), accept()),
                EXTRA.rule(ICMP_TYPE.is("echo-request"), accept()),
                EXTRA.rule(IP_SADDR.isNot("10.0.0.1-10.0.0.9"), drop()),
                EXTRA.rule(META_MARK.is("1-10"), drop()),
                EXTRA.rule(TCP_FLAGS.and("syn,ack").is("syn"), drop()),
                EXTRA.rule(FIB_SADDR_IIF_OIF.is("missing"), drop()),
                EXTRA.rule(META_PKTTYPE.is("broadcast"), drop()),
                EXTRA.rule(META_L4PROTO.isOneOf("tcp", "udp"), TH_DPORT.isOneOf(53, "60-70"), notrack()),
                EXTRA.rule(
                        Generator.hash(2, 0xdeadbeefL, IP_SADDR, TCP_SPORT).to(List.of(Verdict.ACCEPT, Verdict.DROP))),
                EXTRA.rule(Generator.random(2).to(List.of(Verdict.ACCEPT, Verdict.DROP))),
                EXTRA.rule(Generator.random(10_000).isBelow(1250), drop()),
                EXTRA.rule(logGroup(2, "x")));
    }
}
