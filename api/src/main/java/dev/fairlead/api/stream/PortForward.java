package dev.fairlead.api.stream;

import dev.fairlead.api.spdy.SpdyException;
import dev.fairlead.api.spdy.SpdyFrame;
import dev.fairlead.api.spdy.SpdyReader;
import dev.fairlead.api.spdy.SpdyWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ports of a pod over SPDY inside a WebSocket (KEP-4006, "Port Forward"; kubelet {@code portforward/httpstream.go}). For each
 * connection the client opens two streams that carry the same request id: one for what goes wrong, then one for the bytes.
 */
public final class PortForward implements Dialogue {
    public static final String PROTOCOL = "SPDY/3.1+portforward.k8s.io";

    private static final int PROTOCOL_ERROR = 1002;

    private final PodStreams.Ports ports;
    private final String pod;
    private final SpdyReader reader = new SpdyReader();
    private Optional<Wire> wire = Optional.empty();
    /** Error streams whose data stream hasn't come yet, by request id. */
    private final Map<String, Integer> errorStreams = new HashMap<>();
    /** By data stream; forwarders take themselves out. */
    private final Map<Integer, ForwardedConnection> connections = new ConcurrentHashMap<>();

    private final ReentrantLock writing = new ReentrantLock();
    private final SpdyWriter writer = new SpdyWriter(); // guarded by writing
    private boolean over; // guarded by writing

    /** @param pod its name, for messages */
    public PortForward(PodStreams.Ports ports, String pod) {
        this.ports = ports;
        this.pod = pod;
    }

    @Override
    public void opened(Wire opened) {
        wire = Optional.of(opened);
    }

    /** SPDY is a stream of bytes, and messages are just how it is cut. */
    @Override
    public void received(byte[] part, boolean last) {
        try {
            for (SpdyFrame frame : reader.read(part)) {
                act(frame);
            }
        } catch (SpdyException e) {
            wire.ifPresent(there -> there.end(PROTOCOL_ERROR, String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void act(SpdyFrame frame) throws InterruptedException {
        switch (frame) {
            case SpdyFrame.SynStream open -> open(open);
            case SpdyFrame.Bytes data -> {
                ForwardedConnection connection = connections.get(data.stream());
                if (connection != null) { // a client may send on until it learns of the end
                    connection.give(data.bytes(), data.last());
                }
            }
            case SpdyFrame.RstStream reset -> {
                ForwardedConnection connection = connections.get(reset.stream());
                if (connection != null) {
                    connection.close();
                }
            }
            case SpdyFrame.Ping ping -> {
                if (ping.id() % 2 != 0) { // of the client's; even ones would be answers
                    send(ping);
                }
            }
            case SpdyFrame.SynReply _, SpdyFrame.GoAway _, SpdyFrame.Other _ -> {}
        }
    }

    private void open(SpdyFrame.SynStream open) {
        String type = open.headers().getOrDefault("streamtype", "");
        String request = open.headers().getOrDefault("requestid", "");
        String port = open.headers().getOrDefault("port", "");
        Integer errorStream = type.equals("data") ? errorStreams.remove(request) : null;
        boolean fits = type.equals("error") ? !errorStreams.containsKey(request) : errorStream != null;
        if (!fits || !port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65535) {
            send(new SpdyFrame.RstStream(open.stream(), SpdyFrame.REFUSED_STREAM));
            return;
        }
        send(new SpdyFrame.SynReply(open.stream(), false, Map.of()));
        if (errorStream == null) {
            errorStreams.put(request, open.stream());
            return;
        }
        ForwardedConnection connection =
                new ForwardedConnection(client(errorStream, open.stream()), "forward-" + open.stream());
        connections.put(open.stream(), connection);
        int number = Integer.parseInt(port);
        connection.start(() -> ports.connect(number), failure(number, pod));
    }

    /** What the sentence begins with that a client is told of a connection that failed. */
    static String failure(int port, String pod) {
        return "error forwarding port " + port + " to pod " + pod + ", uid : ";
    }

    /** The error stream is ended after the last byte, as the kubelet does. */
    private ForwardedConnection.Client client(int errorStream, int dataStream) {
        return new ForwardedConnection.Client() {
            @Override
            public void bytes(byte[] bytes) {
                send(new SpdyFrame.Bytes(dataStream, false, bytes));
            }

            @Override
            public void ended(String failure) {
                connections.remove(dataStream);
                send(new SpdyFrame.Bytes(dataStream, true, new byte[0]));
                send(new SpdyFrame.Bytes(errorStream, true, failure.getBytes(StandardCharsets.UTF_8)));
            }
        };
    }

    private void send(SpdyFrame frame) {
        writing.lock();
        try {
            if (!over) {
                byte[] bytes = writer.write(frame);
                wire.ifPresent(there -> there.send(bytes));
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void gone() {
        writing.lock();
        try {
            over = true;
            writer.close();
        } finally {
            writing.unlock();
        }
        reader.close();
        connections.values().forEach(ForwardedConnection::close);
    }
}
