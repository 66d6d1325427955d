package dev.fairlead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serial;

/** The server answered with a status that isn't 200; the message is its own. */
final class RefusedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;
    private static final int MOST_TEXT = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int status;

    /** @param body a {@code Status} by the API's rules, or whatever stands in its place */
    RefusedException(int status, byte[] body) {
        super("the server answers " + status + ": " + message(body));
        this.status = status;
    }

    private static String message(byte[] body) {
        try {
            JsonNode answer = JSON.readTree(body);
            if (answer != null && answer.path("message").isTextual()) {
                return answer.path("message").asText();
            }
        } catch (IOException e) {
            // then it is no Status, and says what it says
        }
        String text = new String(body, java.nio.charset.StandardCharsets.UTF_8).strip();
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "…" : text;
    }

    /** The server doesn't have this kind. */
    boolean isNotFound() {
        return status == NOT_FOUND;
    }

    /** The version that was asked for is too old, or of another server. */
    boolean isGone() {
        return status == GONE;
    }
}
