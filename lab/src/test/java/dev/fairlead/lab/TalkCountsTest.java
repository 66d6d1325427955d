package dev.fairlead.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.Status;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.flows.Connections;
import dev.fairlead.web.Traffic.Counters;
import dev.fairlead.web.Traffic.Talk;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What flows carried is added up by who talks to whom: client on node-1, web on node-2, Service web at 10.96.0.80. */
class TalkCountsTest {
    private static final Ip CLIENT = Ip.of("10.244.1.2");
    private static final Ip WEB = Ip.of("10.244.2.2");
    private static final Ip SERVICE = Ip.of("10.96.0.80");
    private static final Talk BY_SERVICE = new Talk("pod/default/client", "svc/default/web", "pod/default/web");
    private static final Talk DIRECT = new Talk("pod/default/client", "", "pod/default/web");

    private final TalkCounts counts = new TalkCounts(() -> Optional.of(new Connections(scene())));

    private static Scene scene() {
        ClusterPicture picture = ClusterPicture.EMPTY
                .with(new Node("node-1", List.of(Ip.of("172.30.0.2")), List.of(Prefix.of("10.244.1.0/24")), ""))
                .with(new Node("node-2", List.of(Ip.of("172.30.0.3")), List.of(Prefix.of("10.244.2.0/24")), ""))
                .with(Service.named("default", "web").clusterIp(SERVICE).build());
        List<Place> pods = List.of(
                new Place("node-1", "default/client", List.of(CLIENT), "eth0", "veth1"),
                new Place("node-2", "default/web", List.of(WEB), "eth0", "veth2"));
        return new Scene(picture, pods, "fl0", "uplink");
    }

    private static Flow flow(long id, int port, Ip asked, long sent, long received) {
        return new Flow(
                Tuple.of(Protocol.TCP, CLIENT, port, asked, 80),
                Tuple.of(Protocol.TCP, WEB, 80, CLIENT, port),
                new Status(0),
                100,
                0,
                id,
                "ESTABLISHED",
                new dev.fairlead.kernel.conntrack.Counters(sent / 100, sent),
                new dev.fairlead.kernel.conntrack.Counters(received / 100, received),
                0,
                "",
                1);
    }

    private Map<Talk, Counters> count(Flow... onNode1) {
        return counts.count(Map.of("node-1", List.of(onNode1), "node-2", List.of(onNode1)));
    }

    @Test
    void whatFlowsGrowByCountsOnceAndOnlySinceSomebodyWatches() {
        assertThat(count(flow(1, 40000, SERVICE, 5000, 9000))).isEmpty();
        assertThat(count(flow(1, 40000, SERVICE, 5000, 9000))).as("silent").isEmpty();
        assertThat(count(flow(1, 40000, SERVICE, 5300, 9500)))
                .containsExactly(Map.entry(BY_SERVICE, new Counters(300, 500, 3, 5)));
        assertThat(count(flow(1, 40000, SERVICE, 5300, 9500), flow(2, 40001, WEB, 700, 0)))
                .containsOnly(
                        Map.entry(BY_SERVICE, new Counters(300, 500, 3, 5)),
                        Map.entry(DIRECT, new Counters(700, 0, 7, 0)));
    }

    @Test
    void flowsOfTheSameEndsAreAddedAndANewOneWithAnOldPortCountsWhole() {
        assertThat(count()).isEmpty();
        assertThat(count(flow(1, 40000, SERVICE, 1000, 2000), flow(2, 40001, SERVICE, 100, 200)))
                .containsExactly(Map.entry(BY_SERVICE, new Counters(1100, 2200, 11, 22)));
        assertThat(count(flow(9, 40000, SERVICE, 400, 400)))
                .containsExactly(Map.entry(BY_SERVICE, new Counters(1500, 2600, 15, 26)));
    }

    @Test
    void aNodeThatWasAwayBeginsAnew() {
        assertThat(count()).isEmpty();
        assertThat(counts.count(Map.of())).isEmpty();
        assertThat(count(flow(1, 40000, SERVICE, 1000, 2000))).isEmpty();
        assertThat(count(flow(1, 40000, SERVICE, 1100, 2000)))
                .containsExactly(Map.entry(BY_SERVICE, new Counters(100, 0, 1, 0)));
    }
}
