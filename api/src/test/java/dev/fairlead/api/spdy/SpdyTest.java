package dev.fairlead.api.spdy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Adler32;
import org.junit.jupiter.api.Test;

/** Bytes that kubectl 1.33.1 sent for two connections through {@code kubectl port-forward}, and what they say. */
class SpdyTest {
    /** As KEP-4006's tunnel cut them; a line is a frame here. */
    private static final String KUBECTL = """
            80030001 0000003e 00000001 00000000 0000 78f9e3c6a7c202253a703a2b294a4dcc851625aca9a0808614cb45e01c60616061c0c0c0c0590489c64c50f2663400000000ffff
            00000001 01000000
            80030001 00000018 00000003 00000000 0000 c2aa19540e2512d60b000000ffff
            00000003 00000004 70696e67
            00000003 01000000
            80030001 00000014 00000005 00000000 0000 a2c4624300000000ffff
            00000005 01000000
            80030001 00000014 00000007 00000000 0000 a2c0624300000000ffff
            00000007 00000005 616761696e
            00000007 01000000
            80030007 00000008 00000000 00000000
            """;

    private static byte[] bytes() {
        return HexFormat.of().parseHex(KUBECTL.replaceAll("\\s", ""));
    }

    private static Map<String, String> headers(String type, String request) {
        return Map.of("streamtype", type, "port", "8080", "requestid", request);
    }

    /** Records with arrays aren't equal; their text with the content is. */
    private static List<String> texts(List<SpdyFrame> frames) {
        return frames.stream()
                .map(frame -> frame instanceof SpdyFrame.Bytes data
                        ? data.stream()
                                + (data.last() ? " ends " : " ")
                                + new String(data.bytes(), java.nio.charset.StandardCharsets.UTF_8)
                        : frame.toString())
                .toList();
    }

    private static List<String> told() {
        return List.of(
                new SpdyFrame.SynStream(1, false, new java.util.TreeMap<>(headers("error", "0"))).toString(),
                "1 ends ",
                new SpdyFrame.SynStream(3, false, new java.util.TreeMap<>(headers("data", "0"))).toString(),
                "3 ping",
                "3 ends ",
                new SpdyFrame.SynStream(5, false, new java.util.TreeMap<>(headers("error", "1"))).toString(),
                "5 ends ",
                new SpdyFrame.SynStream(7, false, new java.util.TreeMap<>(headers("data", "1"))).toString(),
                "7 again",
                "7 ends ",
                new SpdyFrame.GoAway(0, 0).toString());
    }

    @Test
    void whatKubectlSendsIsRead() {
        try (SpdyReader reader = new SpdyReader()) {
            assertThat(texts(reader.read(bytes()))).isEqualTo(told());
        }
    }

    @Test
    void itDoesNotMatterHowTheBytesAreCut() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            try (SpdyReader reader = new SpdyReader()) {
                byte[] all = bytes();
                List<SpdyFrame> frames = new ArrayList<>();
                for (int at = 0; at < all.length; ) {
                    int end = Math.min(all.length, at + random.nextInt(round + 2));
                    frames.addAll(reader.read(Arrays.copyOfRange(all, at, end)));
                    at = end;
                }
                assertThat(texts(frames)).isEqualTo(told());
            }
        }
    }

    /** zlib writes the checksum of a dictionary in front of what needs it: kubectl's is in its first frame, e3c6a7c2. */
    @Test
    void theDictionaryIsKubectls() {
        Adler32 sum = new Adler32();
        sum.update(HeaderBlock.DICTIONARY);
        assertThat(HeaderBlock.DICTIONARY).hasSize(1423);
        assertThat(sum.getValue()).isEqualTo(0xe3c6a7c2L);
    }

    @Test
    void whatIsWrittenIsWhatTheDraftSays() {
        try (SpdyWriter writer = new SpdyWriter()) {
            assertThat(HexFormat.of().formatHex(writer.write(new SpdyFrame.Ping(7))))
                    .isEqualTo("800300060000000400000007");
            assertThat(HexFormat.of().formatHex(writer.write(new SpdyFrame.RstStream(5, SpdyFrame.REFUSED_STREAM))))
                    .isEqualTo("80030003000000080000000500000003");
            assertThat(HexFormat.of().formatHex(writer.write(new SpdyFrame.Bytes(3, true, new byte[] {9}))))
                    .isEqualTo("000000030100000109");
        }
    }

    @Test
    void headersComeBackBlockAfterBlock() {
        try (SpdyWriter writer = new SpdyWriter();
                SpdyReader reader = new SpdyReader()) {
            for (int i = 1; i < 100; i += 2) {
                SpdyFrame frame = i % 4 == 1
                        ? new SpdyFrame.SynStream(i, false, new java.util.TreeMap<>(headers("data", "r" + i)))
                        : new SpdyFrame.SynReply(
                                i, true, new java.util.TreeMap<>(Map.of("x".repeat(i), "y".repeat(i * 40))));
                assertThat(reader.read(writer.write(frame))).containsExactly(frame);
            }
        }
    }

    @Test
    void whatIsNoSpdyIsRefused() {
        for (String wrong : List.of(
                "80020001 00000004 00000001", // version 2
                "80030001 00000002 0000", // too short for its type
                "80030001 0000000e 00000001 00000000 0000 01020304", // not deflated
                "00000001 00ffffff")) { // 16 MiB
            try (SpdyReader reader = new SpdyReader()) {
                byte[] bytes = HexFormat.of().parseHex(wrong.replace(" ", ""));
                assertThatThrownBy(() -> reader.read(bytes)).as(wrong).isInstanceOf(SpdyException.class);
            }
        }
    }

    @Test
    void damagedBytesGiveFramesOrARefusalAndNothingElse() {
        Random random = new Random(2);
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = bytes();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try (SpdyReader reader = new SpdyReader()) {
                assertThat(reader.read(damaged)).hasSizeLessThanOrEqualTo(damaged.length / 8);
            } catch (SpdyException e) {
                assertThat(e.getMessage()).contains("SPDY");
            }
        }
    }
}
