package dev.fairlead.trace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.conntrack.Layer4;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tuples as {@code conntrack -L} prints them, and the flows that they are. */
class TuplesTest {
    @Test
    void thereAndBack() {
        Flow tcp = new Flow(Protocol.TCP, IpPort.of("10.0.0.1:4711"), IpPort.of("10.0.0.2:80"));
        Flow echo = Flow.echo(Ip.of("10.0.0.1"), Ip.of("10.0.0.2"), 4711);
        Flow echo6 = Flow.echo(Ip.of("fd00::1"), Ip.of("fd00::2"), 65535);
        assertThat(Tuples.of(tcp)).hasToString("src=10.0.0.1 dst=10.0.0.2 sport=4711 dport=80");
        assertThat(Tuples.of(echo)).hasToString("src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=4711");
        assertThat(Tuples.of(echo.reply())).hasToString("src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=4711");
        assertThat(Tuples.of(echo6)).hasToString("src=fd00::1 dst=fd00::2 type=128 code=0 id=65535");
        assertThat(Tuples.of(echo6.reply())).hasToString("src=fd00::2 dst=fd00::1 type=129 code=0 id=65535");
        assertThat(Tuples.of(echo6).protocol()).isEqualTo(58);
        for (Flow flow : List.of(tcp, echo, echo6)) {
            assertThat(Tuples.flow(Tuples.of(flow))).contains(flow);
            assertThat(Tuples.flow(Tuples.of(flow.reply()))).contains(flow.reply());
        }
        assertThat(Tuples.text(tcp)).isEqualTo("10.0.0.1:4711 → 10.0.0.2:80");
        assertThat(Tuples.text(echo.reply())).isEqualTo("10.0.0.2 → 10.0.0.1 type 0 code 0 id 4711");
    }

    /** Whoever translates the source chooses an identifier, and it is the source that is another then. */
    @Test
    void aTranslatedEcho() {
        NodeFacts.Remembered entry = new NodeFacts.Remembered(
                Flow.echo(Ip.of("10.244.1.5"), Ip.of("10.244.2.7"), 7),
                Flow.echo(Ip.of("172.30.0.2"), Ip.of("10.244.2.7"), 900).reply());
        assertThat(entry.text())
                .isEqualTo("10.244.1.5 → 10.244.2.7 type 8 code 0 id 7 | 10.244.2.7 → 172.30.0.2 type 0 code 0 id 900");
        Directions directions = Directions.of(
                entry.original(),
                List.of(),
                List.of(new NodeFacts("node-1", List.of(), List.of(entry), List.of(), KernelDrops.NONE, false)));
        assertThat(directions.there())
                .containsExactlyInAnyOrder(entry.original(), entry.reply().reply());
        assertThat(directions.back())
                .containsExactlyInAnyOrder(entry.reply(), entry.original().reply());
    }

    @Test
    void whatIsNoEcho() {
        Ip one = Ip.of("10.0.0.1");
        assertThat(Tuples.flow(new Tuple(one, one, 1, new Layer4.Icmp(13, 0, 7), 0)))
                .isEmpty();
        assertThat(Tuples.flow(new Tuple(one, one, 47, new Layer4.Ports(1, 2), 0)))
                .isEmpty();
        assertThat(Tuples.flow(new Tuple(one, one, 4, new Layer4.Nothing(), 0))).isEmpty();
    }
}
