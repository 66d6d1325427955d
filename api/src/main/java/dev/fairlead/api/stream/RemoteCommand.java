package dev.fairlead.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A command over channels: each message begins with the number of its channel (KEP-4006; kubernetes {@code
 * k8s.io/apimachinery/pkg/util/remotecommand}). Version 5 has a message that closes a channel; version 4, which has been
 * there longer, can't end the input.
 */
public final class RemoteCommand implements Dialogue {
    /** The newest first. */
    public static final List<String> PROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    private static final int CLOSE = 255;

    private static final int NORMAL = 1000;
    private static final int PROTOCOL_ERROR = 1002;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PodStreams.Command command;
    private final CommandOptions options;
    private Optional<PodStreams.Running> running = Optional.empty();
    private Optional<Wire> connection = Optional.empty();
    private final ChannelMessages incoming = new ChannelMessages();

    private final ByteArrayOutputStream small = new ByteArrayOutputStream();

    public RemoteCommand(PodStreams.Command command, CommandOptions options) {
        this.command = command;
        this.options = options;
    }

    @Override
    public void opened(Wire wire) {
        connection = Optional.of(wire);
        // As the kubelet does: a client that waits for a first message gets one.
        wire.send(ChannelMessages.message(options.stdout() ? STDOUT : options.stderr() ? STDERR : ERROR, new byte[0]));
        try {
            running = Optional.of(command.begin(new PodStreams.Output() {
                @Override
                public void printed(int stream, byte[] bytes) {
                    if (stream == STDOUT ? options.stdout() : options.stderr() && !options.tty()) {
                        wire.send(ChannelMessages.message(stream, bytes));
                    }
                }

                @Override
                public void ended(ObjectNode status) {
                    end(wire, status);
                }
            }));
        } catch (ApiException e) {
            end(wire, e.status());
        }
    }

    private static void end(Wire wire, ObjectNode status) {
        wire.send(ChannelMessages.message(ERROR, status.toString().getBytes(StandardCharsets.UTF_8)));
        wire.end(NORMAL, "");
    }

    @Override
    public void received(byte[] part, boolean last) {
        incoming.take(part).ifPresent(bytes -> {
            if (incoming.channel() == STDIN) {
                input(bytes);
            } else if (small.size() + bytes.length < 1024) { // all others are short
                small.writeBytes(bytes);
            }
            if (last) {
                act(incoming.channel());
                incoming.end();
                small.reset();
            }
        });
    }

    private void input(byte[] bytes) {
        if (!options.stdin() || running.isEmpty()) {
            return;
        }
        try {
            running.get().input(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void act(int channel) {
        switch (channel) {
            case STDIN, STDOUT, STDERR, ERROR -> {} // a client has nothing to say on the last three
            case RESIZE -> resize();
            case CLOSE -> {
                if (small.size() == 1 && small.toByteArray()[0] == STDIN) {
                    running.ifPresent(PodStreams.Running::endInput);
                }
            }
            default ->
                connection.ifPresent(
                        wire -> wire.end(PROTOCOL_ERROR, "there is no channel " + channel + ", only 0 to 4, and 255"));
        }
    }

    /** {@code {"Width":80,"Height":24}}; what isn't that changes nothing. */
    private void resize() {
        try {
            JsonNode size = JSON.readTree(small.toByteArray());
            int columns = size.path("Width").asInt();
            int rows = size.path("Height").asInt();
            if (columns > 0 && columns < 65536 && rows > 0 && rows < 65536) {
                running.ifPresent(there -> there.resize(columns, rows));
            }
        } catch (JsonProcessingException e) {
            connection.ifPresent(wire -> wire.end(PROTOCOL_ERROR, "a size that is no JSON: " + e.getOriginalMessage()));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException("reading from memory failed", e);
        }
    }

    @Override
    public void gone() {
        running.ifPresent(PodStreams.Running::abandon);
    }
}
