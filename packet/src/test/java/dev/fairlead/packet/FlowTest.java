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
        assertThat(Protocol.parse("icmp")).isEmpty();
        assertThat(Protocol.parse("")).isEmpty();
        assertThat(Protocol.ofNumber(17)).contains(Protocol.UDP);
        assertThat(Protocol.ofNumber(1)).isEmpty();
        assertThat(Protocol.values()).extracting(Protocol::toString).containsExactly("tcp", "udp", "sctp");
        assertThat(Protocol.values()).extracting(Protocol::number).containsExactly(6, 17, 132);
        assertThat(Family.values()).extracting(Family::number).containsExactly(2, 10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Family.ofLength(6))
                .withMessageContaining("6");
    }
}
