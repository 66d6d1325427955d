package dev.fairlead.plan.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.testkit.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceChangeTest {
    private static final FrontendKey DNS_UDP = new FrontendKey(Ip.of("10.96.0.53"), Protocol.UDP, 53);
    private static final FrontendKey DNS_ON_NODE = new FrontendKey(Ip.of("172.30.0.2"), Protocol.UDP, 30053);

    private final ClusterPicture picture = Cluster.picture();

    @Test
    void aFirstPlanIsAllNew() {
        Golden.check(
                "plan",
                "services/first.txt",
                change(ServicePlan.empty("n1"), picture).text());
    }

    @Test
    void nothingChangesWithoutAChange() {
        ServicePlan plan = ServicePlan.of(picture, "n1");
        assertThat(plan.next(picture)).isSameAs(plan);
        ServicePlan emptied = plan.next(picture.with(Cluster.DNS, Cluster.dnsSlice()));
        assertThat(ServicePlan.diff(plan, emptied.next(picture)).isEmpty()).isTrue();
        ClusterPicture relabelled =
                picture.with(Service.named("default", "headless").build());
        assertThat(ServicePlan.diff(plan, plan.next(relabelled)).isEmpty()).isTrue();
        assertThat(ServicePlan.diff(plan, ServicePlan.of(picture, "n1")).isEmpty())
                .isTrue();
    }

    /** Row by row what an update of endpoints makes of a Service with UDP, TCP and SCTP on one port. */
    @Test
    void endpointsComeAndGo() {
        StringBuilder text = new StringBuilder();
        ServicePlan plan = ServicePlan.of(picture, "n1");
        plan = step(
                text,
                plan,
                "one more endpoint",
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(
                                Cluster.ready("10.244.1.9", "n1"),
                                Cluster.ready("10.244.2.9", "n2"),
                                Cluster.ready("10.244.2.10", "n2"))));
        plan = step(
                text,
                plan,
                "one terminates and serves on: its UDP flows stay",
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(
                                Cluster.ready("10.244.1.9", "n1"),
                                Cluster.ready("10.244.2.9", "n2").with(false, true, true),
                                Cluster.ready("10.244.2.10", "n2"))));
        plan = step(
                text,
                plan,
                "it stops serving: its UDP flows go, its SCTP associations stay",
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(
                                Cluster.ready("10.244.1.9", "n1"),
                                Cluster.ready("10.244.2.9", "n2").with(false, false, true),
                                Cluster.ready("10.244.2.10", "n2"))));
        plan = step(
                text,
                plan,
                "it is gone",
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(Cluster.ready("10.244.1.9", "n1"), Cluster.ready("10.244.2.10", "n2"))));
        plan = step(text, plan, "all are gone", picture.with(Cluster.DNS, Cluster.dnsSlice()));
        plan = step(text, plan, "two come: flows that began meanwhile were never translated", picture);
        plan = step(
                text,
                plan,
                "the port moves",
                picture.with(Service.named("kube-system", "dns")
                        .clusterIp(Ip.of("10.96.0.53"))
                        .port(new ServicePort("dns", Protocol.UDP, 54))
                        .build()));
        plan = step(text, plan, "the Service is deleted", picture.withoutService(Cluster.DNS));
        step(text, plan, "and made again", picture);
        Golden.check("plan", "services/endpoints-come-and-go.txt", text.toString());
    }

    @Test
    void nodesAndRangesComeAndGo() {
        StringBuilder text = new StringBuilder();
        ServicePlan plan = ServicePlan.of(picture, "n1");
        plan = step(text, plan, "the other node leaves", picture.withoutNode("n2"));
        plan = step(
                text,
                plan,
                "another Service range",
                picture.withServiceCidrs(Cluster.prefixes("10.96.0.0/16", "10.98.0.0/24")));
        step(text, plan, "this node leaves", picture.withoutNode("n1"));
        Golden.check("plan", "services/nodes-come-and-go.txt", text.toString());
    }

    @Test
    void staleFlowsCoverWhatTheyNameAndNothingElse() {
        StaleFlow to = new StaleFlow.To(DNS_UDP, List.of(IpPort.of("10.244.2.9:5353")));
        Flow original = new Flow(Protocol.UDP, IpPort.of("10.244.1.8:4000"), IpPort.of("10.96.0.53:53"));
        assertThat(to.covers(original, IpPort.of("10.244.2.9:5353"))).isTrue();
        assertThat(to.covers(original, IpPort.of("10.244.2.9:5354"))).isFalse();
        assertThat(to.covers(original, IpPort.of("10.244.1.9:5353"))).isFalse();
        assertThat(to.covers(original, IpPort.of("10.96.0.53:53"))).isFalse();

        StaleFlow notTo = new StaleFlow.NotTo(DNS_UDP, List.of(IpPort.of("10.244.1.9:5353")));
        assertThat(notTo.covers(original, IpPort.of("10.244.1.9:5353"))).isFalse();
        assertThat(notTo.covers(original, IpPort.of("10.96.0.53:53"))).isTrue();
        assertThat(notTo.covers(original, IpPort.of("10.244.2.9:5353"))).isTrue();

        // kube-proxy's over-match: another flow that only has the port number in common
        for (StaleFlow stale : List.of(to, notTo)) {
            Flow outside = new Flow(Protocol.UDP, IpPort.of("10.244.1.8:4000"), IpPort.of("198.51.100.7:53"));
            Flow tcp = new Flow(Protocol.TCP, original.source(), original.destination());
            Flow otherPort = new Flow(Protocol.UDP, original.source(), IpPort.of("10.96.0.53:54"));
            assertThat(stale.covers(outside, IpPort.of("10.244.2.9:5353"))).isFalse();
            assertThat(stale.covers(tcp, IpPort.of("10.244.2.9:5353"))).isFalse();
            assertThat(stale.covers(otherPort, IpPort.of("10.244.2.9:5353"))).isFalse();
        }
    }

    @Test
    void onlyFlowsMayBeLeftToDo() {
        ServicePlan before = ServicePlan.of(
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(
                                Cluster.ready("10.244.1.9", "n1"),
                                Cluster.ready("10.244.2.9", "n2").with(false, true, true))),
                "n1");
        ServiceChange change = change(
                before,
                picture.with(
                        Cluster.DNS,
                        Cluster.dnsSlice(
                                Cluster.ready("10.244.1.9", "n1"),
                                Cluster.ready("10.244.2.9", "n2").with(false, false, true))));
        assertThat(change.changesNoRules()).isTrue();
        assertThat(change.isEmpty()).isFalse();
        List<IpPort> gone = List.of(IpPort.of("10.244.2.9:5353"));
        assertThat(change.stale())
                .containsExactly(new StaleFlow.To(DNS_UDP, gone), new StaleFlow.To(DNS_ON_NODE, gone));
    }

    private static ServicePlan step(StringBuilder text, ServicePlan before, String what, ClusterPicture picture) {
        ServicePlan after = before.next(picture);
        text.append("# ")
                .append(what)
                .append('\n')
                .append(ServicePlan.diff(before, after).text());
        return after;
    }

    private static ServiceChange change(ServicePlan before, ClusterPicture picture) {
        return ServicePlan.diff(before, before.next(picture));
    }
}
