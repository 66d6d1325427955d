package dev.fairlead.cni.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.FrameException;
import dev.fairlead.cni.FrameException.Reason;
import dev.fairlead.cni.PluginOutput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShimFramesTest {

    /** Written by hand from the layout, as the C shim writes it. */
    private static final byte[] REQUEST =
            bytes("464c5231" + "00000024" + "00000002", "CNI_COMMAND=ADD\0", "CNI_CONTAINERID=c1\0\0", "{}");

    private static byte[] bytes(String hex, String... texts) {
        byte[] head = HexFormat.of().parseHex(hex);
        byte[] body = String.join("", texts).getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    private static ShimRequest read(byte[] frame) {
        return ShimFrames.readRequest(new ByteArrayInputStream(frame));
    }

    private static void assertRefused(byte[] frame, Reason reason) {
        assertThatThrownBy(() -> read(frame))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static byte[] request(String environment) {
        byte[] bytes = environment.getBytes(StandardCharsets.UTF_8);
        return bytes("464c5231" + String.format("%08x", bytes.length) + "00000000", environment);
    }

    @Test
    void decodesWhatTheShimWrites() {
        byte[] frame = bytes("464c5231" + "00000023" + "00000002", "CNI_COMMAND=ADD\0", "CNI_CONTAINERID=c1\0", "{}");
        ShimRequest request = read(frame);
        assertThat(request.environment()).isEqualTo(Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "c1"));
        assertThat(request.stdin()).isEqualTo(new byte[] {'{', '}'});
        assertThat(ShimFrames.encode(request)).isEqualTo(frame);
    }

    @Test
    void encodesWhatTheShimReads() {
        byte[] frame = bytes("464c4131" + "00000001" + "00000002" + "00000003", "{}", "err");
        PluginOutput answer = new PluginOutput(1, new byte[] {'{', '}'}, new byte[] {'e', 'r', 'r'});
        assertThat(ShimFrames.encode(answer)).isEqualTo(frame);
        assertThat(ShimFrames.readAnswer(new ByteArrayInputStream(frame))).isEqualTo(answer);
    }

    @Test
    void anythingMayBeEmpty() {
        ShimRequest nothing = new ShimRequest(Map.of(), new byte[0]);
        assertThat(read(ShimFrames.encode(nothing))).isEqualTo(nothing);
    }

    @Test
    void theFirstOfTwoVariablesCountsAndForeignOnesDoNot() {
        assertThat(read(request(
                                "CNI_ARGS=a\0CNI_ARGS=b\0LD_PRELOAD=x\0TRACEPARENT=t\0TRACESTATE=s\0BAGGAGE=b\0PATH=/\0"))
                        .environment())
                .isEqualTo(new LinkedHashMap<>(
                        Map.of("CNI_ARGS", "a", "TRACEPARENT", "t", "TRACESTATE", "s", "BAGGAGE", "b")));
        assertThat(read(request("CNI_ARGS=a=b;c=d\0CNI_PATH=\0")).environment())
                .isEqualTo(Map.of("CNI_ARGS", "a=b;c=d", "CNI_PATH", ""));
    }

    @Test
    void everyTruncationIsTruncated() {
        for (int length = 0; length < REQUEST.length; length++) {
            assertRefused(Arrays.copyOf(REQUEST, length), Reason.TRUNCATED);
        }
        assertRefused(REQUEST, Reason.BAD_ENVIRONMENT);
    }

    @Test
    void badEnvironments() {
        for (String wrong : new String[] {"CNI_ARGS=a", "CNI_ARGS\0", "=x\0", "\0", "CNI_ARGS=a\0\0", "\u0001"}) {
            assertRefused(request(wrong), Reason.BAD_ENVIRONMENT);
        }
        byte[] frame = request("CNI_ARGS=?\0");
        frame[frame.length - 2] = (byte) 0xff;
        assertRefused(frame, Reason.BAD_ENVIRONMENT);
    }

    @Test
    void lengthsAreCheckedBeforeAnythingIsRead() {
        assertRefused(bytes("464c5231" + "00100001" + "00000000"), Reason.TOO_LARGE);
        assertRefused(bytes("464c5231" + "00000000" + "00400001"), Reason.TOO_LARGE);
        assertRefused(bytes("464c5231" + "ffffffff" + "ffffffff"), Reason.TOO_LARGE);
        assertRefused(bytes("464c5231" + "80000000" + "00000000"), Reason.TOO_LARGE);
        assertRefused(bytes("464c5232" + "00000000" + "00000000"), Reason.BAD_MAGIC);
        assertRefused(bytes("00000000" + "ffffffff" + "00000000"), Reason.BAD_MAGIC);
        assertRefused(bytes("464c5231" + "00100000" + "00400000"), Reason.TRUNCATED);
        assertThatThrownBy(() -> ShimFrames.encode(new ShimRequest(Map.of(), new byte[ShimFrames.MAX_STREAM + 1])))
                .isInstanceOf(FrameException.class)
                .hasMessage("the standard input has 4194305 bytes, and 4194304 is the limit");
    }

    @Test
    void theLargestFrameFits() {
        String value = "v".repeat(ShimFrames.MAX_ENVIRONMENT - "CNI_ARGS=".length() - 1);
        ShimRequest largest = new ShimRequest(Map.of("CNI_ARGS", value), new byte[ShimFrames.MAX_STREAM]);
        assertThat(read(ShimFrames.encode(largest))).isEqualTo(largest);
    }

    @Test
    void aReaderThatHasBytesAlreadyNeedsNoStream() {
        byte[] frame = ShimFrames.encode(new ShimRequest(Map.of("CNI_COMMAND", "VERSION"), new byte[] {1, 2, 3}));
        byte[] header = Arrays.copyOf(frame, ShimFrames.REQUEST_HEADER);
        int length = ShimFrames.requestBodyLength(header);
        assertThat(length).isEqualTo(frame.length - ShimFrames.REQUEST_HEADER);
        byte[] body = Arrays.copyOfRange(frame, ShimFrames.REQUEST_HEADER, frame.length);
        assertThat(ShimFrames.request(header, body)).isEqualTo(read(frame));
        assertThatThrownBy(() -> ShimFrames.request(header, new byte[length - 1]))
                .isInstanceOf(FrameException.class);
    }

    @Test
    void aStreamThatBreaksIsTruncatedAndSaysWhy() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Connection reset by peer");
            }
        };
        assertThatThrownBy(() -> ShimFrames.readRequest(broken))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("Connection reset by peer");
    }
}
