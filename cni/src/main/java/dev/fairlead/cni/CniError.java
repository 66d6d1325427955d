package dev.fairlead.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The error document of SPEC.md section 5.
 *
 * @param cniVersion the protocol version in use, as text because a foreign plugin may write anything
 * @param code see {@link ErrorCode}; 0 when a foreign plugin gave none
 * @param msg a short sentence
 * @param details a longer one, or empty
 */
public record CniError(String cniVersion, int code, String msg, String details) {

    public boolean is(ErrorCode wanted) {
        return code == wanted.number();
    }

    /** The document on one line, UTF-8; {@code details} is left out when empty. */
    public byte[] bytes() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("cniVersion", cniVersion).put("code", code).put("msg", msg);
        if (!details.isEmpty()) {
            node.put("details", details);
        }
        return CniJson.bytes(node);
    }

    /**
     * Reads a foreign plugin's document as far as it can be: any JSON object will do, and members that are missing or of
     * the wrong type stay empty. Empty when {@code text} isn't a JSON object.
     */
    public static Optional<CniError> parse(byte[] text) {
        try {
            ObjectNode node = CniJson.object(text);
            JsonNode code = node.path("code");
            return Optional.of(new CniError(
                    node.path("cniVersion").asText(""),
                    code.isIntegralNumber() && code.canConvertToInt() ? code.intValue() : 0,
                    node.path("msg").asText(""),
                    node.path("details").asText("")));
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return details.isEmpty() ? msg : msg + "; " + details;
    }
}
