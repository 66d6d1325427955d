package dev.fairlead.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Cuts the stream of a watch into its events, one JSON document a line. Whatever isn't an event, because the status isn't
 * 200, is kept as the server's excuse. Confined to one watch.
 */
final class WatchLines implements ApiSource.Receiver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int MOST_EXCUSE = 64 * 1024;

    /** Takes an event of a watch. */
    @FunctionalInterface
    interface Event {
        void happened(String type, JsonNode object) throws IOException;
    }

    private final Event event;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    WatchLines(Event event) {
        this.event = event;
    }

    @Override
    public void receive(int status, byte[] bytes, int length) throws IOException {
        if (status != OK) {
            begun.write(bytes, 0, Math.min(length, MOST_EXCUSE - begun.size()));
            return;
        }
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                begun.write(bytes, from, i - from);
                from = i + 1;
                line(begun.toByteArray());
                begun.reset();
            }
        }
        begun.write(bytes, from, length - from);
    }

    private void line(byte[] line) throws IOException {
        if (line.length == 0) {
            return;
        }
        JsonNode read;
        try {
            read = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new RelistException("a line of the watch is no JSON: " + e.getOriginalMessage());
        }
        event.happened(read.path("type").asText(), read.path("object"));
    }

    /** What the server said instead of events. */
    byte[] excuse() {
        return begun.toByteArray();
    }
}
