package dev.fairlead.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTest {

    @Test
    void printsAndTurnsRound() {
        Flow flow = new Flow(Protocol.TCP, IpPort.of("10.244.1.5:41234"), IpPort.of("10.96.0.17:80"));
        assertThat(flow).hasToString("tcp 10.244.1.5:41234 → 10.96.0.17:80");
        assertThat(flow.reply()).hasToString("tcp 10.96.0.17:80 → 10.244.1.5:41234");
        assertThat(flow.reply().reply()).isEqualTo(flow);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Flow(Protocol.UDP, IpPort.of("10.0.0.1:1"), IpPort.of("[::1]:1")))
                .withMessageContaining("10.0.0.1:1 to [::1]:1");
    }

    /** The identifier is at the end of who asks, there and back. */
    @Test
    void echoes() {
        Flow request = Flow.echo(Ip.of("10.244.1.5"), Ip.of("10.244.2.7"), 4711);
        assertThat(request).hasToString("icmp 10.244.1.5 id 4711 → 10.244.2.7");
        assertThat(request.reply()).hasToString("icmp 10.244.2.7 → 10.244.1.5 id 4711");
        assertThat(request.reply().destination()).isEqualTo(request.source());
        assertThat(Flow.echo(Ip.of("fd00::5"), Ip.of("fd00::7"), 0)).hasToString("icmpv6 fd00::5 → fd00::7");
        assertThat(Protocol.TCP.in(Family.IPV6)).isEqualTo(Protocol.TCP);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Flow(Protocol.ICMP, IpPort.of("[::2]:1"), IpPort.of("[::1]:0")))
                .withMessage("no icmp goes from ::2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Flow(Protocol.ICMP, IpPort.of("10.0.0.1:1"), IpPort.of("10.0.0.2:2")))
                .withMessageContaining("one identifier, not 1 and 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:0", "10.0.0.1:65535", "[fd00::5]:80", "[::]:1"})
    void socketAddressesReadBack(String text) {
        assertThat(IpPort.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:65536",
                "10.0.0.1:080",
                "10.0.0.1:-1",
                "[10.0.0.1]:80",
                "fd00::5:80",
                "[fd00::5]",
                "[fd00::5",
                "fd00::5]:80",
                "[]:80",
                "[:80",
                "]:80",
                "a:80"
            })
    void refusesOtherText(String text) {
        assertThat(IpPort.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> IpPort.of(text)).withMessageContaining("'" + text + "'");
    }

    @Test
    void protocolsByNameAndNumber() {
        assertThat(Protocol.parse("TCP")).contains(Protocol.TCP);
        assertThat(Protocol.parse("sCtP")).contains(Protocol.SCTP);
        assertThat(Protocol.parse("icmp"))
                .as("CNI and Kubernetes have none without ports")
                .isEmpty();
        assertThat(Protocol.named("ICMP")).contains(Protocol.ICMP);
        assertThat(Protocol.named("igmp")).isEmpty();
        assertThat(Protocol.parse("")).isEmpty();
        assertThat(Protocol.ofNumber(17)).contains(Protocol.UDP);
        assertThat(Protocol.ofNumber(1)).isEmpty();
        assertThat(Protocol.values())
                .extracting(Protocol::toString)
                .containsExactly("tcp", "udp", "sctp", "icmp", "icmpv6");
        assertThat(Protocol.values()).extracting(Protocol::number).containsExactly(6, 17, 132, 1, 58);
        assertThat(Family.values()).extracting(Family::number).containsExactly(2, 10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Family.ofLength(6))
                .withMessageContaining("6");
    }
}
