package dev.fairlead.lab.workload;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Image {@code fairlead/client}: loads a target with new connections at a steady rate and counts answers by who gave them.
 * One platform thread that lives inside the pod's namespace and ends with the container opens all its sockets.
 */
public final class ClientLoading implements Running {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** What one request is. */
    public enum Protocol {
        /** {@code GET /hostname}; the answer's text is who answered. */
        HTTP,
        /** A line that must come back. */
        TCP,
        /** A datagram that must come back. */
        UDP
    }

    private final Supplier<InetSocketAddress> target;
    private final String targetText;
    private final Protocol protocol;
    private final long pauseNanos;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Map<String, Long> answers = new TreeMap<>();
    private long failed;
    private String lastFailure = "";

    private ClientLoading(Supplier<InetSocketAddress> target, String targetText, Protocol protocol, double perSecond) {
        this.target = target;
        this.targetText = targetText;
        this.protocol = protocol;
        this.pauseNanos = (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    /**
     * Starts loading.
     *
     * @param target asked before each request, since a Service may not exist yet when the client starts; throws {@link
     *     IllegalStateException} with a sentence when there is none
     * @param perSecond requests per second, above 0
     */
    public static ClientLoading start(
            Netns pod,
            String podName,
            Supplier<InetSocketAddress> target,
            String targetText,
            Protocol protocol,
            double perSecond) {
        ClientLoading loading = new ClientLoading(target, targetText, protocol, perSecond);
        Thread.ofPlatform().daemon().name(podName + "-client").start(() -> {
            pod.enter();
            loading.loop();
        });
        return loading;
    }

    private void loop() {
        try {
            while (!ended.await(pauseNanos, TimeUnit.NANOSECONDS)) {
                try {
                    count(request(target.get()));
                } catch (IOException | IllegalStateException e) {
                    countFailure(
                            e instanceof SocketTimeoutException ? "no answer in 2 s" : String.valueOf(e.getMessage()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // asked to end
        }
    }

    private String request(InetSocketAddress to) throws IOException {
        return switch (protocol) {
            case HTTP -> overTcp(to, "GET /hostname HTTP/1.0\r\nHost: " + to.getHostString() + "\r\n\r\n");
            case TCP -> overTcp(to, "fairlead\n");
            case UDP -> overUdp(to);
        };
    }

    private String overTcp(InetSocketAddress to, String request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(to, (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            if (protocol == Protocol.HTTP) {
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int body = answer.indexOf("\r\n\r\n");
                if (body < 0) {
                    throw new IOException("the connection ended without an HTTP answer");
                }
                return answer.substring(body + 4).strip();
            }
            byte[] back = socket.getInputStream().readNBytes(request.length());
            if (back.length < request.length()) {
                throw new IOException("the connection ended before the echo");
            }
            return "echo";
        }
    }

    private static String overUdp(InetSocketAddress to) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(to);
            byte[] bytes = "fairlead\n".getBytes(StandardCharsets.US_ASCII);
            socket.send(new DatagramPacket(bytes, bytes.length));
            socket.receive(new DatagramPacket(new byte[64], 64));
            return "echo";
        }
    }

    private synchronized void count(String who) {
        answers.merge(who, 1L, Long::sum);
    }

    private synchronized void countFailure(String why) {
        failed++;
        lastFailure = why;
    }

    @Override
    public synchronized String summary() {
        long ok = 0;
        for (long count : answers.values()) {
            ok += count;
        }
        return "client of " + targetText + ", " + ok + " answered " + answers + ", " + failed + " failed"
                + (lastFailure.isEmpty() ? "" : " (last: " + lastFailure + ")");
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
