package dev.fairlead.api.stream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One connection to each of some ports of a pod, over channels of a WebSocket: the first byte of a message is its channel,
 * which is 2n for the bytes of the n-th port and 2n+1 for what goes wrong there (kubelet {@code portforward/websocket.go}).
 * Client libraries speak this; kubectl speaks {@link PortForward}. A client has no word for the end of what it sends.
 */
public final class PortChannels implements Dialogue {
    public static final String PROTOCOL = "v4.channel.k8s.io";

    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;

    private final PodStreams.Ports ports;
    private final String pod;
    private final List<Integer> numbers;
    private final List<ForwardedConnection> connections = new ArrayList<>();
    private final AtomicInteger left;
    private Optional<Wire> wire = Optional.empty();
    private final ChannelMessages incoming = new ChannelMessages();

    /**
     * @param pod its name, for messages
     * @param numbers of the ports, at most 127; more have no channel
     */
    public PortChannels(PodStreams.Ports ports, String pod, List<Integer> numbers) {
        this.ports = ports;
        this.pod = pod;
        this.numbers = List.copyOf(numbers);
        this.left = new AtomicInteger(numbers.size());
    }

    /** Each channel begins with the number of its port, in the order of bytes of little machines. */
    @Override
    public void opened(Wire opened) {
        wire = Optional.of(opened);
        for (int i = 0; i < numbers.size(); i++) {
            byte[] port = {numbers.get(i).byteValue(), (byte) (numbers.get(i) >> 8)};
            opened.send(ChannelMessages.message(2 * i, port));
            opened.send(ChannelMessages.message(2 * i + 1, port));
        }
        for (int i = 0; i < numbers.size(); i++) {
            int number = numbers.get(i);
            ForwardedConnection connection = new ForwardedConnection(client(opened, i), "forward-channel-" + 2 * i);
            connections.add(connection);
            connection.start(() -> ports.connect(number), PortForward.failure(number, pod));
        }
    }

    private ForwardedConnection.Client client(Wire out, int index) {
        return new ForwardedConnection.Client() {
            @Override
            public void bytes(byte[] bytes) {
                out.send(ChannelMessages.message(2 * index, bytes));
            }

            @Override
            public void ended(String failure) {
                if (!failure.isEmpty()) {
                    out.send(ChannelMessages.message(2 * index + 1, failure.getBytes(StandardCharsets.UTF_8)));
                }
                if (left.decrementAndGet() == 0) {
                    out.end(NORMAL, "");
                }
            }
        };
    }

    @Override
    public void received(byte[] part, boolean last) {
        incoming.take(part).ifPresent(this::received);
        if (last) {
            incoming.end();
        }
    }

    private void received(byte[] bytes) {
        int channel = incoming.channel();
        if (channel >= 2 * connections.size()) {
            wire.ifPresent(there -> there.end(
                    PROTOCOL_ERROR, "there is no channel " + channel + ", only 0 to " + (2 * connections.size() - 1)));
        } else if (channel % 2 == 0 && bytes.length > 0) { // a client has nothing to say on the others
            give(connections.get(channel / 2), bytes);
        }
    }

    private static void give(ForwardedConnection connection, byte[] bytes) {
        try {
            connection.give(bytes, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void gone() {
        connections.forEach(ForwardedConnection::close);
    }
}
