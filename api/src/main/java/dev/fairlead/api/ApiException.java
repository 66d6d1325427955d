package dev.fairlead.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.FieldError;
import dev.fairlead.api.resource.Resource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A refusal as the API tells it: a {@code Status} object (k8s.io/apimachinery {@code meta/v1} {@code Status}, messages as in
 * {@code api/errors}).
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;
    private final transient ObjectNode details;

    private ApiException(int code, String reason, String message, ObjectNode details) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    private static ObjectNode details(Resource resource, String name) {
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        return details.put("kind", resource.plural());
    }

    private static ObjectNode noDetails() {
        return JsonNodeFactory.instance.objectNode();
    }

    public static ApiException notFound(Resource resource, String name) {
        return new ApiException(
                404, "NotFound", resource.name() + " \"" + name + "\" not found", details(resource, name));
    }

    public static ApiException noSuchPath() {
        return new ApiException(404, "NotFound", "the server could not find the requested resource", noDetails());
    }

    public static ApiException alreadyExists(Resource resource, String name) {
        return new ApiException(
                409, "AlreadyExists", resource.name() + " \"" + name + "\" already exists", details(resource, name));
    }

    public static ApiException conflict(Resource resource, String name, String why) {
        return new ApiException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + resource.name() + " \"" + name + "\": " + why,
                details(resource, name));
    }

    public static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequest", message, noDetails());
    }

    public static ApiException forbidden(Resource resource, String name, String why) {
        return new ApiException(
                403, "Forbidden", resource.name() + " \"" + name + "\" is forbidden: " + why, details(resource, name));
    }

    public static ApiException unauthorized() {
        return new ApiException(401, "Unauthorized", "Unauthorized", noDetails());
    }

    public static ApiException methodNotAllowed(String message) {
        return new ApiException(405, "MethodNotAllowed", message, noDetails());
    }

    public static ApiException unsupportedMediaType(String message) {
        return new ApiException(415, "UnsupportedMediaType", message, noDetails());
    }

    public static ApiException notAcceptable(String message) {
        return new ApiException(406, "NotAcceptable", message, noDetails());
    }

    public static ApiException expired(String message) {
        return new ApiException(410, "Expired", message, noDetails());
    }

    public static ApiException tooLarge(String message) {
        return new ApiException(413, "RequestEntityTooLarge", message, noDetails());
    }

    public static ApiException unprocessable(String message) {
        return new ApiException(422, "Invalid", message, noDetails());
    }

    public static ApiException internal(String message) {
        return new ApiException(500, "InternalError", "Internal error occurred: " + message, noDetails());
    }

    /** What was to be kept could not be, and wasn't done. */
    public static ApiException insufficientStorage(String message) {
        return new ApiException(507, "InsufficientStorage", message, noDetails());
    }

    /** Fields of an object that are wrong; each is told once. */
    public static ApiException invalid(Resource resource, String name, List<FieldError> errors) {
        List<FieldError> all = new ArrayList<>(new LinkedHashSet<>(errors));
        String text = all.stream().map(FieldError::toString).collect(Collectors.joining(", "));
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("name", name);
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.kind());
        ArrayNode causes = details.putArray("causes");
        for (FieldError error : all) {
            causes.addObject()
                    .put("reason", error.reason())
                    .put("message", error.text())
                    .put("field", error.field());
        }
        String group = resource.group().isEmpty() ? "" : "." + resource.group();
        return new ApiException(
                422,
                "Invalid",
                resource.kind() + group + " \"" + name + "\" is invalid: "
                        + (all.size() == 1 ? text : "[" + text + "]"),
                details);
    }

    /** The HTTP status. */
    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    public boolean isNotFound() {
        return reason.equals("NotFound");
    }

    public boolean isConflict() {
        return reason.equals("Conflict");
    }

    /** The {@code Status} object. */
    public ObjectNode status() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        return status.put("code", code);
    }
}
