package dev.fairlead.api.store;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One write of the store as a line of its log:
 *
 * <pre>
 *   0000004f 8a9136aa {"revision":12,"changes":[{"resource":"pods","namespace":"default","name":"web","object":{…}}]}
 * </pre>
 *
 * The first number is the length of the JSON in bytes, the second its CRC-32C (RFC 3720 appendix B.4), both in hexadecimal. A
 * change without {@code object} is a deletion. JSON has no line feed of its own, so lines are records: a record that was not
 * written to its end is one without a line feed, and a person reads the file with {@code cut -c19- FILE | jq}.
 *
 * @param revision the store's counter behind the changes
 */
record LogRecord(long revision, List<Change> changes) {
    /** Length, space, checksum, space. */
    static final int HEAD_BYTES = 18;

    /** Far more than a request can hold; what says it is longer is wrong. */
    static final int MOST_BYTES = 1 << 28;

    static final ObjectMapper JSON = new ObjectMapper();
    private static final HexFormat HEX = HexFormat.of();

    LogRecord {
        changes = List.copyOf(changes);
    }

    /** @param object what it became; absent when it went */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // an object is there or it isn't; nobody passes it around
    record Change(ObjectKey key, Optional<ObjectNode> object) {}

    static LogRecord of(long revision, List<StoreEvent> events) {
        List<Change> changes = new ArrayList<>();
        for (StoreEvent event : events) {
            boolean gone = event.change() == StoreEvent.Change.DELETED;
            changes.add(new Change(event.key(), gone ? Optional.empty() : Optional.of(event.object())));
        }
        return new LogRecord(revision, changes);
    }

    /** The line, with its line feed. */
    byte[] encoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        out.writeBytes(new byte[HEAD_BYTES]);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("revision", revision);
            json.writeArrayFieldStart("changes");
            for (Change change : changes) {
                json.writeStartObject();
                json.writeStringField("resource", change.key().resource());
                json.writeStringField("namespace", change.key().namespace());
                json.writeStringField("name", change.key().name());
                if (change.object().isPresent()) {
                    json.writeFieldName("object");
                    JSON.writeTree(json, change.object().get());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a document is always JSON", e);
        }
        int length = out.size() - HEAD_BYTES;
        out.write('\n');
        byte[] line = out.toByteArray();
        String head = HEX.toHexDigits(length) + " " + HEX.toHexDigits(checksum(line, HEAD_BYTES, length)) + " ";
        System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, line, 0, HEAD_BYTES);
        return line;
    }

    static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /** @throws IOException when the text isn't what {@link #encoded} writes */
    static LogRecord decode(byte[] text) throws IOException {
        JsonNode json = JSON.readTree(text);
        if (!json.path("revision").isIntegralNumber() || !json.path("changes").isArray()) {
            throw new IOException("it is no record of changes");
        }
        List<Change> changes = new ArrayList<>();
        for (JsonNode change : json.path("changes")) {
            ObjectKey key = new ObjectKey(
                    change.path("resource").asText(),
                    change.path("namespace").asText(),
                    change.path("name").asText());
            changes.add(new Change(
                    key, change.path("object") instanceof ObjectNode object ? Optional.of(object) : Optional.empty()));
        }
        return new LogRecord(json.path("revision").asLong(), changes);
    }
}
