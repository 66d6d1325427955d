package dev.fairlead.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HopTest {

    @Test
    void anyPortAgreesWithAPort() {
        assertThat(hop("10.0.0.1:0", 5).agrees(hop("10.0.0.1:4711", 9))).isTrue();
        assertThat(hop("10.0.0.1:4711", 5).agrees(hop("10.0.0.1:0", 9))).isTrue();
        assertThat(hop("10.0.0.1:4711", 5).agrees(hop("10.0.0.1:4712", 5))).isFalse();
        assertThat(hop("10.0.0.1:0", 5).agrees(hop("10.0.0.2:0", 5))).isFalse();
    }

    private static Hop hop(String source, long at) {
        Flow flow = new Flow(Protocol.TCP, IpPort.of(source), IpPort.of("10.0.0.9:80"));
        return new Hop(OptionalLong.of(at), "n", "", "eth0", Event.LEFT, flow, flow, List.of(), "at " + at, List.of());
    }
}
