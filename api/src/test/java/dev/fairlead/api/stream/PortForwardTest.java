package dev.fairlead.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.api.spdy.SpdyFrame;
import dev.fairlead.api.spdy.SpdyReader;
import dev.fairlead.api.spdy.SpdyWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's frames go in, a real socket is the pod, and what the client would read comes out. */
class PortForwardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RecordedWire wire = new RecordedWire();
    private final ServerSocket pod;
    private final SpdyWriter client = new SpdyWriter();
    private final PortForward forward;

    PortForwardTest() throws IOException {
        pod = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        forward = new PortForward(
                port -> {
                    if (port != 80) {
                        throw new IOException("connection refused");
                    }
                    return SocketChannel.open(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), pod.getLocalPort()));
                },
                "web");
        forward.opened(wire);
    }

    @AfterEach
    void end() throws IOException {
        forward.gone();
        pod.close();
        client.close();
    }

    private void send(SpdyFrame frame) {
        forward.received(client.write(frame), true);
    }

    private void open(int errorStream, String port) {
        Map<String, String> headers = Map.of("port", port, "requestid", Integer.toString(errorStream));
        for (String type : List.of("error", "data")) {
            Map<String, String> all = new java.util.TreeMap<>(headers);
            all.put("streamtype", type);
            send(new SpdyFrame.SynStream(errorStream + (type.equals("data") ? 2 : 0), false, all));
        }
        send(new SpdyFrame.Bytes(errorStream, true, new byte[0]));
    }

    /** All that a client has read once so many frames have come. */
    private List<SpdyFrame> frames(int count) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<SpdyFrame> frames = new ArrayList<>();
            try (SpdyReader reader = new SpdyReader()) {
                wire.sent().forEach(message -> frames.addAll(reader.read(message)));
            }
            if (frames.size() >= count || System.nanoTime() > end) {
                assertThat(frames).hasSize(count);
                return frames;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static String text(SpdyFrame frame) {
        return frame instanceof SpdyFrame.Bytes data
                ? data.stream() + (data.last() ? " ends " : " ") + new String(data.bytes(), StandardCharsets.UTF_8)
                : frame.toString();
    }

    @Test
    void bytesGoBothWaysAndEndsAreTold() throws IOException {
        open(1, "80");
        try (Socket accepted = pod.accept()) {
            send(new SpdyFrame.Bytes(3, false, "ask".getBytes(StandardCharsets.UTF_8)));
            send(new SpdyFrame.Bytes(3, true, "!".getBytes(StandardCharsets.UTF_8)));
            assertThat(new String(accepted.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as("up to the end of what the client sends")
                    .isEqualTo("ask!");
            accepted.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(frames(5).stream().map(PortForwardTest::text))
                .containsExactly(
                        new SpdyFrame.SynReply(1, false, Map.of()).toString(),
                        new SpdyFrame.SynReply(3, false, Map.of()).toString(),
                        "3 answer",
                        "3 ends ",
                        "1 ends ");
    }

    @Test
    void aPortWhereNobodyListensIsToldOnTheErrorStream() {
        open(1, "81");
        assertThat(frames(4).stream().map(PortForwardTest::text))
                .endsWith("3 ends ", "1 ends error forwarding port 81 to pod web, uid : connection refused");
    }

    @Test
    void aResetClosesTheConnectionIntoThePod() throws IOException {
        open(1, "80");
        try (Socket accepted = pod.accept()) {
            send(new SpdyFrame.RstStream(3, 5));
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            assertThat(text(frames(4).getLast())).isEqualTo("1 ends ");
        }
    }

    @Test
    void connectionsIntoThePodGoWithTheClient() throws IOException {
        open(1, "80");
        open(5, "80");
        try (Socket first = pod.accept();
                Socket second = pod.accept()) {
            forward.gone();
            assertThat(first.getInputStream().read()).isEqualTo(-1);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aPingComesBackAndAStreamThatMakesNoSenseIsRefused() {
        send(new SpdyFrame.Ping(1));
        send(new SpdyFrame.Ping(2)); // the answer to one that was never sent
        send(new SpdyFrame.SynStream(1, false, Map.of("streamtype", "data", "port", "80", "requestid", "0")));
        send(new SpdyFrame.SynStream(3, false, Map.of("streamtype", "error", "port", "70000", "requestid", "0")));
        assertThat(frames(3))
                .containsExactly(new SpdyFrame.Ping(1), new SpdyFrame.RstStream(1, 3), new SpdyFrame.RstStream(3, 3));
    }

    @Test
    void whatIsNoSpdyEndsTheConnection() {
        forward.received("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), true);
        forward.received(new byte[1 << 22], true);
        assertThat(wire.ends()).isNotEmpty().first().asString().startsWith("1002 ");
    }
}
