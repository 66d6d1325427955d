package dev.fairlead.api.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.types.Protobuf;
import java.io.IOException;
import java.util.List;

/**
 * A request, apart from how it came.
 *
 * @param path with a slash in front, decoded
 * @param accept and {@code contentType} as the headers say them; empty where they don't
 * @param upgrade the protocol that the caller wants to go on with, such as {@code websocket}; empty for none
 * @param protocols what the caller can speak within that, in its order
 */
public record ApiRequest(
        String method,
        String path,
        Query query,
        String accept,
        String contentType,
        byte[] body,
        String upgrade,
        List<String> protocols) {
    /** One that wants nothing but an answer. */
    public ApiRequest(String method, String path, Query query, String accept, String contentType, byte[] body) {
        this(method, path, query, accept, contentType, body, "", List.of());
    }

    /** The real server takes 3 MiB (k8s.io/apiserver, {@code MaxRequestBodyBytes}). */
    public static final int MOST_BYTES = 3 * 1024 * 1024;

    static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(200).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** The body as JSON, or as YAML where the content type says so. */
    JsonNode document() {
        String type = contentType.split(";", 2)[0].strip();
        if (type.equals("application/vnd.kubernetes.protobuf")) {
            try {
                return Protobuf.read(body);
            } catch (Protobuf.DamagedException e) {
                throw ApiException.unsupportedMediaType("the body of the request could not be read: " + e.getMessage()
                        + "; accepted media types include: application/json, application/yaml");
            }
        }
        try {
            JsonNode node = type.equals("application/yaml") ? Yaml.read(body) : JSON.readTree(body);
            if (node == null || node.isMissingNode()) {
                throw ApiException.badRequest("the request has no body");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw ApiException.badRequest(
                    "the object provided is unrecognized (must be of type JSON): " + e.getOriginalMessage());
        } catch (IOException e) {
            throw ApiException.badRequest("the body could not be read: " + e.getMessage());
        }
    }

    /** The {@code DeleteOptions} of a deletion: the body's, and what parameters say. */
    ObjectNode deleteOptions() {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        if (body.length > 0 && document() instanceof ObjectNode given) {
            options.setAll(given);
        }
        if (!query.text("gracePeriodSeconds").isEmpty()) {
            options.put("gracePeriodSeconds", query.number("gracePeriodSeconds", 0));
        }
        if (!query.text("propagationPolicy").isEmpty()) {
            options.put("propagationPolicy", query.text("propagationPolicy"));
        }
        return options;
    }

    /** Whether a table is asked for before anything else (KEP-361). */
    boolean wantsTable() {
        for (String type : accept.split(",", -1)) {
            if (type.contains("as=Table")
                    && type.contains("v=v1;") | type.strip().contains("v=v1")) {
                return !type.contains("v1beta1");
            }
            if (type.strip().startsWith("application/json") && !type.contains("as=")) {
                return false;
            }
        }
        return false;
    }
}
