package dev.fairlead.kernel.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel's bytes are understood and printed as {@code conntrack} prints them. */
class FlowTest {

    /** {@code body} is a message, {@code line} what conntrack made of it. */
    record Recording(String body, String line) {
        Message message() {
            return new Message(Wire.SUBSYSTEM << 8, 0, 0, HexFormat.of().parseHex(body));
        }
    }

    static List<Recording> recordings() throws IOException {
        try (InputStream in = FlowTest.class.getResourceAsStream("flows.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line ->
                            new Recording(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 2)))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void printsAsConntrackDoes(Recording recording) {
        Flow flow = Flow.decode(recording.message());
        assertThat(flow).hasToString(recording.line);
        assertThat(flow.extendedText()).endsWith(recording.line).startsWith("ipv");
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void writesTuplesBackAsTheKernelSentThem(Recording recording) {
        Message message = recording.message();
        Flow flow = Flow.decode(message);
        byte[] sent =
                message.attributes(Wire.HEADER).require(1, "CTA_TUPLE_ORIG").bytes();
        Encoder written = new Encoder();
        flow.original().encode(written);
        // The kernel puts the zone in front of the protocol; the order doesn't matter.
        assertThat(written.toBytes()).hasSameSizeAs(sent);
        Encoder nested = new Encoder().nested(1, flow.original()::encode);
        assertThat(Tuple.decode(Attributes.parse(nested.toBytes(), 0).require(1, "it")))
                .isEqualTo(flow.original());
    }

    @Test
    void damagedBytesAreRefusedAsSuch() throws IOException {
        Random random = new Random(5);
        Explain explain = new Explain(ConntrackProtocol.FAMILY);
        int refused = 0;
        for (Recording recording : recordings()) {
            byte[] whole = HexFormat.of().parseHex(recording.body);
            for (int i = 0; i < whole.length + 500; i++) {
                byte[] body = i < whole.length ? Arrays.copyOf(whole, i) : whole.clone();
                for (int flips = i < whole.length ? 0 : 3; flips > 0; flips--) {
                    body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    assertThat(Flow.decode(new Message(0, 0, 0, body)).extendedText())
                            .isNotEmpty();
                } catch (DecodeException e) {
                    refused++;
                }
                assertThat(explain.text(Wire.SUBSYSTEM << 8, 0, 0, body)).isNotEmpty();
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void tellsTranslatedFlows() throws IOException {
        List<Flow> flows =
                recordings().stream().map(r -> Flow.decode(r.message())).toList();
        assertThat(flows.stream().filter(Flow::isDestinationTranslated))
                .hasSize(4)
                .allMatch(flow -> flow.status().isDestinationTranslated());
    }

    @Test
    void filtersByEachOfItsParts() throws IOException {
        assertThat(count(FlowFilter.ALL)).isEqualTo(10);
        assertThat(count(FlowFilter.ALL.family(Family.IPV6))).isEqualTo(2);
        assertThat(count(FlowFilter.ALL.protocol(Protocol.UDP))).isEqualTo(4);
        assertThat(count(FlowFilter.ALL.destination(Ip.of("10.9.9.9")))).isEqualTo(3);
        assertThat(count(FlowFilter.ALL.destination(Ip.of("10.9.9.9")).destinationPort(53)))
                .isEqualTo(1);
        assertThat(count(FlowFilter.ALL.source(Ip.of("fd00::1")))).isEqualTo(2);
        assertThat(count(FlowFilter.ALL.sourcePort(34124))).isEqualTo(1);
        assertThat(count(FlowFilter.ALL.replySource(Ip.of("fd00::1")).replySourcePort(5353)))
                .isEqualTo(1);
        assertThat(count(FlowFilter.ALL.zone(5))).isEqualTo(1);
        assertThat(count(FlowFilter.ALL.mark(0x0f, 0x0f))).isEqualTo(1);
        assertThat(count(FlowFilter.ALL.status(0, Status.SEEN_REPLY))).isEqualTo(6);
    }

    private static long count(FlowFilter filter) throws IOException {
        return recordings().stream()
                .map(r -> Flow.decode(r.message()))
                .filter(filter)
                .count();
    }
}
