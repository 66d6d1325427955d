package dev.fairlead.api.stream;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A connection that keeps what was sent. */
final class RecordedWire implements Dialogue.Wire {
    private final List<byte[]> sent = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();

    @Override
    public void send(byte[] message) {
        sent.add(message);
    }

    @Override
    public void tell(byte[] message) {
        sent.add(message);
    }

    @Override
    public void end(int code, String reason) {
        ends.add(code + " " + reason);
    }

    List<byte[]> sent() {
        return sent;
    }

    List<String> ends() {
        return ends;
    }

    /** {@code 1 text} for each message: channel and content. */
    List<String> texts() {
        return sent.stream()
                .map(message -> message[0] + " " + new String(message, 1, message.length - 1, StandardCharsets.UTF_8))
                .toList();
    }
}
