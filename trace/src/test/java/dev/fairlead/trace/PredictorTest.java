package dev.fairlead.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of path as a golden text, both families. That the kernel goes the same way is {@link KernelPathTest}'s to say. */
class PredictorTest {
    private static final Predictor PREDICTOR = new Predictor(TwoNodeScene.scene());

    @ParameterizedTest
    @CsvSource({
        "client, a:8080",
        "client, b:8080",
        "client, client:8080",
        "client, localhost:8080",
        "client, node-1:30011",
        "client, node-1:30012",
        "client, node-2:30011",
        "client, node-2:30012",
        "a, node-1:30011",
        "b, node-1:30012",
        "node-1, node-1:30012",
        "node-2, node-1:30011",
        "client, node-1:30077",
        "client, node-2:30077",
        "client, here:80",
        "client, there:80",
        "client, web:80",
        "a, here:80",
        "client, hosted:80",
        "b, hosted:80",
        "client, stale:80",
        "client, nobody:80",
        "client, web:81",
        "client, unknown:80",
        "client, free-1:80",
        "client, free-2:80",
        "client, outside:80",
        "client, node-1:9090",
        "client, bridge-1:9090",
        "client, node-2:9090",
        "client, bridge-2:9090",
        "node-1, a:8080",
        "node-1, b:8080",
        "node-1, here:80",
        "node-1, there:80",
        "node-1, hosted:80",
        "node-1, node-1:9090",
        "node-1, node-2:9090",
        "node-1, nobody:80",
        "node-1, unknown:80",
        "node-1, free-1:80",
        "node-1, outside:80",
        "proxy, there:80",
    })
    void path(String from, String to) {
        StringBuilder text = new StringBuilder();
        for (Family family : Family.values()) {
            Flow flow = PREDICTOR.flow(TwoNodeScene.place(from), Protocol.TCP, TwoNodeScene.to(to, family));
            Flow sent = new Flow(flow.protocol(), new IpPort(flow.source().ip(), 41234), flow.destination());
            text.append(Dump.of(PREDICTOR.predict(TwoNodeScene.place(from), sent)))
                    .append('\n');
        }
        Golden.check("trace", "path-" + from + "-to-" + to.replace(':', '-') + ".txt", text.toString());
    }

    @ParameterizedTest
    @CsvSource({"client, a", "client, b", "client, here", "node-1, client", "client, node-2"})
    void echo(String from, String to) {
        StringBuilder text = new StringBuilder();
        for (Family family : Family.values()) {
            Place place = TwoNodeScene.place(from);
            Ip there = TwoNodeScene.to(to + ":0", family).ip();
            Ip source = PREDICTOR
                    .flow(place, Protocol.ICMP.in(family), new IpPort(there, 0))
                    .source()
                    .ip();
            text.append(Dump.of(PREDICTOR.predict(place, Flow.echo(source, there, 4711))))
                    .append('\n');
        }
        Golden.check("trace", "path-" + from + "-pings-" + to + ".txt", text.toString());
    }

    /** A UDP refusal is an ICMP error, which the node sends as any packet of its own; a reset goes out where the SYN came in. */
    @Test
    void udpIsRefusedByAnIcmpError() {
        Prediction prediction = PREDICTOR.predict(
                TwoNodeScene.CLIENT,
                PREDICTOR.flow(TwoNodeScene.CLIENT, Protocol.UDP, TwoNodeScene.to("nobody:80", Family.IPV4)));
        assertThat(prediction.outcome()).isEqualTo(Prediction.Outcome.REFUSED);
        assertThat(prediction.reply())
                .extracting(Hop::event)
                .containsExactly(Event.ROUTED, Event.BRIDGED, Event.DELIVERED);
    }

    @Test
    void takesTheEndpointThatWasChosen() {
        Flow flow = PREDICTOR.flow(TwoNodeScene.CLIENT, Protocol.TCP, TwoNodeScene.to("web:80", Family.IPV4));
        IpPort a = TwoNodeScene.to("a:8080", Family.IPV4);
        IpPort b = TwoNodeScene.to("b:8080", Family.IPV4);
        Prediction toB = PREDICTOR.predict(TwoNodeScene.CLIENT, flow, b);
        assertThat(toB.request().getLast().after().destination()).isEqualTo(b);
        assertThat(toB.choices()).containsExactly(a);
        Prediction unplanned = PREDICTOR.predict(TwoNodeScene.CLIENT, flow, IpPort.of("10.244.9.9:1"));
        assertThat(unplanned.request().getLast().after().destination()).isEqualTo(a);
        assertThat(unplanned.choices()).containsExactly(b);
    }

    /** Seen on a real kernel by {@code getsockname}. */
    @Test
    void choosesTheSourceAddressAsTheKernel() {
        assertThat(source(TwoNodeScene.CLIENT, "b:1")).isEqualTo(Ip.of("10.244.1.8"));
        assertThat(source(TwoNodeScene.NODE_1, "a:1")).isEqualTo(Ip.of("10.244.1.1"));
        assertThat(source(TwoNodeScene.NODE_1, "b:1")).isEqualTo(Ip.of("172.30.0.2"));
        assertThat(source(TwoNodeScene.NODE_1, "web:1")).isEqualTo(Ip.of("172.30.0.2"));
        assertThat(source(TwoNodeScene.NODE_1, "bridge-1:1")).isEqualTo(Ip.of("10.244.1.1"));
    }

    private static Ip source(Place from, String to) {
        return PREDICTOR
                .flow(from, Protocol.TCP, TwoNodeScene.to(to, Family.IPV4))
                .source()
                .ip();
    }

    @Test
    void refusesWhatItCannotFollow() {
        Flow foreign = new Flow(Protocol.TCP, IpPort.of("10.244.1.9:1"), IpPort.of("10.244.2.7:1"));
        assertThatThrownBy(() -> PREDICTOR.predict(TwoNodeScene.CLIENT, foreign))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10.244.1.9 isn't its address");
        Place ipv4Only = new Place("node-1", "default/x", List.of(Ip.of("10.244.1.9")), "eth0", "veth-x");
        assertThatThrownBy(() -> PREDICTOR.flow(ipv4Only, Protocol.TCP, IpPort.of("[fd00:2::7]:1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no address of this family");
        Place elsewhere = new Place("node-9", "default/x", List.of(Ip.of("10.244.9.9")), "eth0", "veth-x");
        assertThatThrownBy(() -> PREDICTOR.flow(elsewhere, Protocol.TCP, IpPort.of("10.244.2.7:1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its nodes are node-1, node-2");
    }
}
