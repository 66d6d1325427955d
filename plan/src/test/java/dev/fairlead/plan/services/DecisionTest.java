package dev.fairlead.plan.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packet table: what happens on node n1 to flows in {@link Cluster}. */
class DecisionTest {
    private final ServicePlan plan = ServicePlan.of(Cluster.picture(), "n1");

    @ParameterizedTest(name = "{0}: {1} {2} > {3}")
    @CsvSource(textBlock = """
            pod to Service,             tcp,  10.244.1.8:4000,  10.96.0.10:80,    dnat 10.244.1.5:8080 | 10.244.2.7:8080
            pod to its second port,     tcp,  10.244.1.8:4000,  10.96.0.10:9100,  dnat 10.244.1.5:9100 | 10.244.2.7:9100
            pod to Service IPv6,       tcp,  [fd00:1::8]:4000, [fd00:96::10]:80, dnat [fd00:1::5]:8080 | [fd00:2::7]:8080
            backend to itself,          tcp,  10.244.1.5:4000,  10.96.0.10:80,    dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080
            backend to itself IPv6,    tcp,  [fd00:1::5]:4000, [fd00:96::10]:80, dnat [fd00:1::5]:8080 masquerade | [fd00:2::7]:8080
            other node's backend,       tcp,  10.244.2.7:4000,  10.96.0.10:80,    dnat 10.244.1.5:8080 | 10.244.2.7:8080
            this node to Service,       tcp,  172.30.0.2:4000,  10.96.0.10:80,    dnat 10.244.1.5:8080 | 10.244.2.7:8080
            other node to Service,      tcp,  172.30.0.3:4000,  10.96.0.10:80,    dnat 10.244.1.5:8080 | 10.244.2.7:8080
            outside to Service,         tcp,  198.51.100.7:40,  10.96.0.10:80,    dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080 masquerade
            outside to Service IPv6,   tcp,  [2001:db8::7]:40, [fd00:96::10]:80, dnat [fd00:1::5]:8080 masquerade | [fd00:2::7]:8080 masquerade
            one port - UDP,             udp,  10.244.1.8:4000,  10.96.0.53:53,    dnat 10.244.1.9:5353 | 10.244.2.9:5353
            one port - TCP,             tcp,  10.244.1.8:4000,  10.96.0.53:53,    dnat 10.244.1.9:5353 | 10.244.2.9:5353
            one port - SCTP,            sctp, 10.244.1.8:4000,  10.96.0.53:53,    dnat 10.244.1.9:5353 | 10.244.2.9:5353
            TCP port asked by UDP,      udp,  10.244.1.8:4000,  10.96.0.10:80,    reject
            another Service's port,     tcp,  10.244.1.8:4000,  10.96.0.10:53,    reject
            undefined port,             tcp,  10.244.1.8:4000,  10.96.0.10:81,    reject
            undefined port outside,    tcp,  198.51.100.7:40,  10.96.0.10:81,    reject
            second port has no IPv6,    tcp,  [fd00:1::8]:4000, [fd00:96::10]:9100, reject
            no endpoints,               tcp,  10.244.1.8:4000,  10.96.0.77:80,    reject
            no endpoints UDP,          udp,  10.244.1.8:4000,  10.96.0.77:80,    reject
            only terminating,           tcp,  10.244.1.8:4000,  10.96.0.20:80,    dnat 10.244.1.20:80 | 10.244.2.20:80
            outside to a node port,     tcp,  198.51.100.7:40,  172.30.0.2:30080, dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080 masquerade
            outside to it by IPv6,      tcp,  [2001:db8::7]:40, [fd00::2]:30080,  dnat [fd00:1::5]:8080 masquerade | [fd00:2::7]:8080 masquerade
            other node's pod to it,     tcp,  10.244.2.8:4000,  172.30.0.2:30080, dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080 masquerade
            other node to it,           tcp,  172.30.0.3:4000,  172.30.0.2:30080, dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080 masquerade
            this node's pod to it,      tcp,  10.244.1.8:4000,  172.30.0.2:30080, dnat 10.244.1.5:8080 | 10.244.2.7:8080
            this node to it,            tcp,  172.30.0.2:4000,  172.30.0.2:30080, dnat 10.244.1.5:8080 | 10.244.2.7:8080
            backend to itself by it,    tcp,  10.244.1.5:4000,  172.30.0.2:30080, dnat 10.244.1.5:8080 masquerade | 10.244.2.7:8080
            node port - UDP,            udp,  198.51.100.7:40,  172.30.0.2:30053, dnat 10.244.1.9:5353 masquerade | 10.244.2.9:5353 masquerade
            node port asked by UDP,     udp,  198.51.100.7:40,  172.30.0.2:30080, pass
            node port of other node,    tcp,  10.244.1.8:4000,  172.30.0.3:30080, pass
            node port no endpoints,     tcp,  198.51.100.7:40,  172.30.0.2:30077, reject
            node port at the ClusterIP, tcp,  10.244.1.8:4000,  10.96.0.10:30080, reject
            unallocated,                tcp,  10.244.1.8:4000,  10.96.0.99:80,    drop
            unallocated IPv6,          udp,  [fd00:1::8]:4000, [fd00:96::99]:80, drop
            pod to pod,                 tcp,  10.244.1.8:4000,  10.244.2.7:8080,  pass
            pod to itself directly,     tcp,  10.244.1.5:4000,  10.244.1.5:8080,  pass
            pod to node,                tcp,  10.244.1.8:4000,  172.30.0.3:80,    pass
            pod to the world,           udp,  10.244.1.8:4000,  198.51.100.7:53,  pass
            beside the Service range,   tcp,  10.244.1.8:4000,  10.97.0.0:80,     pass
            reply of a Service,         tcp,  10.244.2.7:8080,  10.244.1.8:4000,  pass
            """)
    void flows(String what, String protocol, String from, String to, String expected) {
        Flow flow = new Flow(Protocol.parse(protocol).orElseThrow(), IpPort.of(from), IpPort.of(to));
        assertThat(text(plan.decide(flow))).describedAs(what).isEqualTo(expected);
    }

    /** A hairpin of the other node's pod is that node's to see: here the packet can't come from it untranslated. */
    @Test
    void onTheOtherNodeItsOwnBackendHairpins() {
        Flow flow = new Flow(Protocol.TCP, IpPort.of("10.244.2.7:4000"), IpPort.of("10.96.0.10:80"));
        assertThat(text(ServicePlan.of(Cluster.picture(), "n2").decide(flow)))
                .isEqualTo("dnat 10.244.1.5:8080 | 10.244.2.7:8080 masquerade");
    }

    @Test
    void refusalsSayWhy() {
        assertThat(plan.decide(new Flow(Protocol.TCP, IpPort.of("10.244.1.8:1"), IpPort.of("10.96.0.77:80"))))
                .isEqualTo(new Decision.Reject("Service port default/nobody has no endpoints"));
        assertThat(plan.decide(new Flow(Protocol.TCP, IpPort.of("10.244.1.8:1"), IpPort.of("10.96.0.10:81"))))
                .isEqualTo(new Decision.Reject(
                        "10.96.0.10 is the ClusterIP of Service default/web, which has no such port"));
        assertThat(plan.decide(Flow.echo(Ip.of("10.244.1.8"), Ip.of("10.96.0.10"), 7)))
                .isEqualTo(plan.decide(Ip.of("10.96.0.10")))
                .isEqualTo(new Decision.Reject(
                        "10.96.0.10 is the ClusterIP of Service default/web, which answers at its ports alone, and a"
                                + " ping has none"));
        assertThat(plan.decide(Flow.echo(Ip.of("10.244.1.8"), Ip.of("172.30.0.2"), 7)))
                .as("a node's own address, at which it has node ports")
                .isEqualTo(new Decision.Pass());
        assertThat(plan.decide(Ip.of("10.96.7.7")))
                .isEqualTo(new Decision.Drop("10.96.7.7 is in the Service range 10.96.0.0/16 and no Service has it"));
        assertThat(plan.decide(Ip.of("10.244.1.5"))).isEqualTo(new Decision.Pass());
    }

    private static String text(Decision decision) {
        return switch (decision) {
            case Decision.Dnat dnat ->
                "dnat "
                        + String.join(
                                " | ",
                                dnat.targets().stream()
                                        .map(Decision.Target::toString)
                                        .toList());
            case Decision.Reject reject -> "reject";
            case Decision.Drop drop -> "drop";
            case Decision.Pass pass -> "pass";
        };
    }
}
