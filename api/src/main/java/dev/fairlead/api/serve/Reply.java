package dev.fairlead.api.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.api.stream.Dialogue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** What a request is answered with. */
public sealed interface Reply {
    /** A whole document. @param warnings each becomes a {@code Warning} header */
    record Document(int status, JsonNode body, List<String> warnings) implements Reply {
        public Document {
            warnings = List.copyOf(warnings);
        }

        /** The body as it is sent. */
        public byte[] bytes() {
            try {
                return ApiRequest.JSON.writeValueAsBytes(body);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException("an answer could not be written", e);
            }
        }

        static Document ok(JsonNode body) {
            return new Document(200, body, List.of());
        }
    }

    /** Plain text. */
    record Text(int status, String body) implements Reply {}

    /**
     * Something that is written as it comes.
     *
     * @param lasting whether it may go on for long: then the connection ends with it, and the writing thread is interrupted
     *     when the other side goes
     */
    record Stream(String contentType, boolean lasting, Writer writer) implements Reply {}

    /** Not an answer, but a WebSocket. @param protocol the one of those offered that is spoken; empty for none */
    record Socket(String protocol, Dialogue dialogue) implements Reply {}

    /** Writes a stream; must flush whenever the reader should see what there is. */
    @FunctionalInterface
    interface Writer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }
}
