package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Mac;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames put together by the RFCs, and the same cut short and damaged. */
class SeenPacketTest {
    private static final int FLIPS_EACH = 4000;
    private static final String ETHERNET = "0a58000000020a5800000001";

    private static final String TCP = ETHERNET
            + "08004500003c1c464000400608ae0a0100020a010001a1f400504d2f5a0100000000a002faf0143200000204"
            + "05b40402080a0b0c0d0e0000000001030307";
    private static final String TCP_DATA = ETHERNET + "0800450000391c47400040060000" + "0a0100010a010002"
            + "0050a1f4800000014d2f5a02" + "801801fd00000000" + "0101080a0b0c0d0e0b0c0d0f" + "68656c6c6f";
    private static final String UDP6 = ETHERNET + "86dd60012345000d1140"
            + "fd010000000000000000000000000002"
            + "fd010000000000000000000000000001"
            + "9c400035000d0000"
            + "68656c6c6f";
    private static final String QUOTED_UDP = "45000021000040003f1100000a0100020a6000010fa00035000d0000" + "68656c6c6f";
    private static final String FRAG_NEEDED =
            ETHERNET + "08004500003d00000000400100000a0100010a010002" + "0304000000000578" + QUOTED_UDP;
    private static final String TOO_BIG = ETHERNET + "86dd6000000000403a40"
            + "fd010000000000000000000000000001"
            + "fd010000000000000000000000000002"
            + "0200000000000500"
            + "60000000 0d10 0640".replace(" ", "")
            + "fd010000000000000000000000000002"
            + "fd020000000000000000000000000009"
            + "a1f400504d2f5a0100000000a002faf0";
    private static final String ECHO =
            ETHERNET + "08004500002100004000400100000a0100020a010001" + "0800000012670003" + "68656c6c6f";
    private static final String ECHO_REPLY6 = ETHERNET + "86dd60000000000d3a40"
            + "fd010000000000000000000000000001"
            + "fd010000000000000000000000000002"
            + "8100000012670003"
            + "68656c6c6f";
    /** Host unreachable, about an echo request. */
    private static final String NO_ECHO =
            ETHERNET + "08004500003d00000000400100000a0100010a010002" + "0301000000000000" + ECHO.substring(28);

    private static final List<String> FRAMES =
            List.of(TCP, TCP_DATA, UDP6, FRAG_NEEDED, TOO_BIG, ECHO, ECHO_REPLY6, NO_ECHO);

    private int readable;
    private int refused;

    @Test
    void aSegmentThatOpensAConnection() {
        Frame frame = frame(TCP);
        assertThat(frame.source()).isEqualTo(Mac.of("0a:58:00:00:00:01"));
        assertThat(frame.destination()).isEqualTo(Mac.of("0a:58:00:00:00:02"));
        assertThat(SeenPacket.decode(frame)).isInstanceOfSatisfying(SeenPacket.Tcp.class, tcp -> {
            assertThat(tcp).hasToString("tcp 10.1.0.2:41460 → 10.1.0.1:80 [S] seq 1294948865 length 0 ttl 64");
            assertThat(tcp.ip().length()).isEqualTo(60);
            assertThat(tcp.flags().syn()).isTrue();
            assertThat(tcp.flags().ack()).isFalse();
        });
    }

    @Test
    void aSegmentWithContent() {
        assertThat(SeenPacket.decode(frame(TCP_DATA)))
                .hasToString("tcp 10.1.0.1:80 → 10.1.0.2:41460 [P.] seq 2147483649 ack 1294948866 length 5 ttl 64");
    }

    @Test
    void aDatagram() {
        assertThat(SeenPacket.decode(frame(UDP6))).hasToString("udp [fd01::2]:40000 → [fd01::1]:53 length 5 ttl 64");
    }

    @Test
    void errorsNameThePacketThatTheyAreAboutAndTheMtu() {
        assertThat(SeenPacket.decode(frame(FRAG_NEEDED)))
                .hasToString("icmp type 3 code 4 mtu 1400 from 10.1.0.1 to 10.1.0.2"
                        + " about udp 10.1.0.2:4000 → 10.96.0.1:53");
        assertThat(SeenPacket.decode(frame(TOO_BIG)))
                .hasToString("icmp6 type 2 code 0 mtu 1280 from fd01::1 to fd01::2"
                        + " about tcp [fd01::2]:41460 → [fd02::9]:80");
    }

    @Test
    void echoes() {
        assertThat(SeenPacket.decode(frame(ECHO)))
                .hasToString("icmp 10.1.0.2 id 4711 → 10.1.0.1 echo request seq 3 length 5 ttl 64");
        assertThat(SeenPacket.decode(frame(ECHO_REPLY6)))
                .hasToString("icmpv6 fd01::1 → fd01::2 id 4711 echo reply seq 3 length 5 ttl 64");
        assertThat(SeenPacket.decode(frame(NO_ECHO)))
                .hasToString("icmp type 3 code 1 from 10.1.0.1 to 10.1.0.2 about icmp 10.1.0.2 id 4711 → 10.1.0.1");
    }

    /** As from a socket that sends segments to be cut by the device: IPv4's length has 16 bits. */
    @Test
    void aPacketLargerThanItsLengthCanSay() {
        byte[] bytes = frame(TCP_DATA).bytes();
        bytes[16] = 0;
        bytes[17] = 0;
        assertThat(SeenPacket.decode(new Frame(bytes, 14 + 100_000)).payload()).isEqualTo(100_000 - 52);
        assertThatThrownBy(() -> SeenPacket.decode(new Frame(bytes, bytes.length)))
                .isInstanceOf(DecodeException.class);
    }

    /** Cards fill frames up to 60 bytes; what they add isn't content. */
    @Test
    void fillingIsNotContent() {
        byte[] filled = Arrays.copyOf(frame(UDP6).bytes(), 90);
        assertThat(SeenPacket.decode(new Frame(filled, 90)).payload()).isEqualTo(5);
    }

    @Test
    void laterFragmentsAndForeignProtocolsAreRefused() {
        byte[] fragment = frame(TCP).bytes();
        fragment[21] = 1;
        assertThatThrownBy(() -> SeenPacket.decode(new Frame(fragment, fragment.length)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("fragment");
        byte[] gre = frame(TCP).bytes();
        gre[23] = 47;
        assertThatThrownBy(() -> SeenPacket.decode(new Frame(gre, gre.length)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("47");
    }

    @Test
    void cutShort() {
        for (String hex : FRAMES) {
            byte[] whole = frame(hex).bytes();
            for (int length = 0; length < whole.length; length++) {
                read(new Frame(Arrays.copyOf(whole, length), whole.length));
                read(new Frame(Arrays.copyOf(whole, length), length));
            }
        }
        assertThat(refused).isPositive();
        assertThat(readable).isPositive();
    }

    @Test
    void bitsFlipped() {
        Random random = new Random(5);
        for (String hex : FRAMES) {
            for (int i = 0; i < FLIPS_EACH; i++) {
                byte[] bytes = frame(hex).bytes();
                for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
                read(new Frame(bytes, bytes.length));
            }
        }
        assertThat(refused).isPositive();
        assertThat(readable).isPositive();
    }

    private void read(Frame frame) {
        try {
            SeenPacket packet = SeenPacket.decode(frame);
            assertThat(packet.payload()).isBetween(0, 65535);
            assertThat(packet.about()
                            .map(Flow::family)
                            .orElse(packet.ip().source().family()))
                    .isEqualTo(packet.ip().destination().family());
            assertThat(packet.toString()).isNotEmpty();
            readable++;
        } catch (DecodeException e) {
            refused++;
        }
    }

    private static Frame frame(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new Frame(bytes, bytes.length);
    }
}
