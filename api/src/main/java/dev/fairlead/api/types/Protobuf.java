package dev.fairlead.api.types;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.types.FieldType.Scalar;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects in the protobuf form in which kubectl 1.32 and later send what they make (Kubernetes API conventions, "Protobuf
 * encoding": four bytes {@code k8s\0}, then {@code runtime.Unknown}). Read by the field numbers in {@code types.json}, so that
 * no generated classes are needed; the library that has them is 12 MB.
 *
 * <p>Over 300 lines: one reader for all of the wire format, whose parts mean nothing apart.
 */
public final class Protobuf {
    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int MOST_DEPTH = 100;

    /** Numbers whose 0 says something, as they are pointers in Go; other zeros are written by Go where nothing was set. */
    private static final Set<String> COUNTS = Set.of(
            "replicas",
            "terminationGracePeriodSeconds",
            "gracePeriodSeconds",
            "deletionGracePeriodSeconds",
            "revisionHistoryLimit",
            "progressDeadlineSeconds",
            "activeDeadlineSeconds",
            "tolerationSeconds",
            "priority",
            "runAsUser",
            "runAsGroup",
            "fsGroup",
            "maxSurge",
            "maxUnavailable");

    /** Truth values whose {@code false} says something, likewise. */
    private static final Set<String> CHOICES = Set.of(
            "automountServiceAccountToken",
            "enableServiceLinks",
            "allowPrivilegeEscalation",
            "readOnlyRootFilesystem",
            "runAsNonRoot",
            "shareProcessNamespace",
            "setHostnameAsFQDN",
            "hostUsers",
            "allocateLoadBalancerNodePorts",
            "orphanDependents",
            "blockOwnerDeletion",
            "immutable",
            "optional");

    private static final DateTimeFormatter MICRO = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Map<Integer, Place>> PLACES = new ConcurrentHashMap<>();

    private Protobuf() {}

    /** Bytes that are no such object. */
    public static final class DamagedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    /** What stands under a number: a field, or fields of an inlined message. */
    private sealed interface Place {
        record One(ApiField field) implements Place {}

        record Inlined(Map<Integer, Place> inner) implements Place {}
    }

    /**
     * Reads an object with its {@code apiVersion} and {@code kind}.
     *
     * @throws DamagedException when the bytes aren't one, or of a type that has no protobuf form here
     */
    public static ObjectNode read(byte[] body) {
        Input in = new Input(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
        for (byte expected : MAGIC) {
            if (!in.buffer().hasRemaining() || in.buffer().get() != expected) {
                throw new DamagedException("the body does not begin as an object in protobuf does");
            }
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Input raw = new Input(ByteBuffer.allocate(0));
        while (in.buffer().hasRemaining()) {
            int tag = (int) in.varint();
            if (tag >>> 3 == 1 && (tag & 7) == BYTES) {
                Input meta = in.part();
                while (meta.buffer().hasRemaining()) {
                    int inner = (int) meta.varint();
                    String text = meta.part().text();
                    object.put(inner >>> 3 == 1 ? "apiVersion" : "kind", text);
                }
            } else if (tag >>> 3 == 2 && (tag & 7) == BYTES) {
                raw = in.part();
            } else {
                in.skip(tag & 7);
            }
        }
        ApiType type = Types.all().get(object.path("kind").asText());
        // The kind is a type of the core group too, with other numbers.
        boolean otherGroup = object.path("apiVersion").asText().startsWith("events.k8s.io/");
        if (type == null || otherGroup || places(type).isEmpty()) {
            throw new DamagedException(
                    "objects of kind '" + object.path("kind").asText() + "' are not read in protobuf");
        }
        message(places(type), raw, object, 0);
        return object;
    }

    private static Map<Integer, Place> places(ApiType type) {
        return PLACES.computeIfAbsent(type.key(), key -> {
            Map<Integer, Place> places = new HashMap<>();
            for (ApiField field : type.fields().values()) {
                Map<Integer, Place> at = places;
                for (int i = 0; i < field.numbers().size() - 1; i++) {
                    Place inlined = at.computeIfAbsent(field.numbers().get(i), _ -> new Place.Inlined(new HashMap<>()));
                    at = ((Place.Inlined) inlined).inner();
                }
                if (!field.numbers().isEmpty()) {
                    at.put(field.numbers().getLast(), new Place.One(field));
                }
            }
            return places;
        });
    }

    private static void message(Map<Integer, Place> places, Input in, ObjectNode object, int depth) {
        if (depth > MOST_DEPTH) {
            throw new DamagedException("the object is nested too deeply");
        }
        while (in.buffer().hasRemaining()) {
            int tag = (int) in.varint();
            int wire = tag & 7;
            switch (places.get(tag >>> 3)) {
                case Place.One one -> field(one.field(), in, wire, object, depth);
                case Place.Inlined inlined -> message(inlined.inner(), in.part(), object, depth + 1);
                case null -> in.skip(wire);
            }
        }
    }

    private static void field(ApiField field, Input in, int wire, ObjectNode object, int depth) {
        switch (field.type()) {
            case FieldType.ListOf list -> {
                var items = object.withArrayProperty(field.name());
                if (wire == BYTES && isNumber(list.item())) { // packed
                    Input part = in.part();
                    while (part.buffer().hasRemaining()) {
                        items.add(value(list.item(), part, VARINT, depth));
                    }
                } else {
                    items.add(value(list.item(), in, wire, depth));
                }
            }
            case FieldType.MapOf map -> {
                Input entry = in.part();
                String key = "";
                JsonNode value = JsonNodeFactory.instance.textNode("");
                while (entry.buffer().hasRemaining()) {
                    int tag = (int) entry.varint();
                    if (tag >>> 3 == 1) {
                        key = entry.part().text();
                    } else {
                        value = value(map.value(), entry, tag & 7, depth);
                    }
                }
                object.withObjectProperty(field.name()).set(key, value);
            }
            case FieldType.Ref _, Scalar _ -> {
                JsonNode value = value(field.type(), in, wire, depth);
                if (!isUnset(field, value)) {
                    object.set(field.name(), value);
                }
            }
        }
    }

    private static boolean isNumber(FieldType type) {
        return type == Scalar.INT32 || type == Scalar.INT64 || type == Scalar.BOOLEAN;
    }

    /** Go writes the empty value of everything that is no pointer; its JSON leaves most of these out. */
    private static boolean isUnset(ApiField field, JsonNode value) {
        if (value.isNull()) {
            return true;
        }
        if (value.isNumber()) {
            return value.asDouble() == 0 && !COUNTS.contains(field.name());
        }
        if (value.isBoolean()) {
            return !value.asBoolean() && !CHOICES.contains(field.name());
        }
        return value.isTextual() && value.asText().isEmpty();
    }

    private static JsonNode value(FieldType type, Input in, int wire, int depth) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (type) {
            case FieldType.Ref ref -> {
                ObjectNode object = make.objectNode();
                message(places(Types.require(ref.key())), in.part(), object, depth + 1);
                yield object;
            }
            case FieldType.ListOf _, FieldType.MapOf _ ->
                throw new DamagedException("a list or map stands where protobuf has none");
            case Scalar scalar ->
                switch (scalar) {
                    case STRING -> make.textNode(in.part().text());
                    case BYTES ->
                        make.textNode(
                                Base64.getEncoder().encodeToString(in.part().bytes()));
                    case INT32 -> make.numberNode((int) in.number(wire));
                    case INT64 -> make.numberNode(in.number(wire));
                    case BOOLEAN -> make.booleanNode(in.number(wire) != 0);
                    case NUMBER -> make.numberNode(Double.longBitsToDouble(in.number(wire)));
                    case TIME, MICROTIME -> time(scalar, in.part());
                    case QUANTITY -> {
                        String text = "";
                        Input part = in.part();
                        while (part.buffer().hasRemaining()) {
                            part.varint();
                            text = part.part().text();
                        }
                        yield make.textNode(text);
                    }
                    case INT_OR_STRING -> intOrString(in.part());
                    case ANY -> any(in.part());
                };
        };
    }

    private static JsonNode time(Scalar type, Input in) {
        long seconds = 0;
        long nanos = 0;
        while (in.buffer().hasRemaining()) {
            int tag = (int) in.varint();
            long value = in.number(tag & 7);
            if (tag >>> 3 == 1) {
                seconds = value;
            } else {
                nanos = value;
            }
        }
        if (seconds == 0 && nanos == 0) {
            return JsonNodeFactory.instance.nullNode();
        }
        try {
            Instant instant = Instant.ofEpochSecond(seconds, nanos);
            return JsonNodeFactory.instance.textNode(
                    type == Scalar.MICROTIME
                            ? MICRO.format(instant)
                            : Instant.ofEpochSecond(seconds).toString());
        } catch (DateTimeException e) {
            throw new DamagedException("a time is out of range");
        }
    }

    private static JsonNode intOrString(Input in) {
        boolean isText = false;
        int number = 0;
        String text = "";
        while (in.buffer().hasRemaining()) {
            int tag = (int) in.varint();
            switch (tag >>> 3) {
                case 1 -> isText = in.number(tag & 7) == 1;
                case 2 -> number = (int) in.number(tag & 7);
                case 3 -> text = in.part().text();
                default -> in.skip(tag & 7);
            }
        }
        return isText ? JsonNodeFactory.instance.textNode(text) : JsonNodeFactory.instance.numberNode(number);
    }

    /** {@code RawExtension} and {@code FieldsV1}: JSON in bytes. */
    private static JsonNode any(Input in) {
        byte[] raw = new byte[0];
        while (in.buffer().hasRemaining()) {
            in.varint();
            raw = in.part().bytes();
        }
        try {
            return raw.length == 0
                    ? JsonNodeFactory.instance.nullNode()
                    : JSON.readTree(new String(raw, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new DamagedException("a part that should be JSON is not: " + e.getOriginalMessage());
        }
    }

    /** Bytes as they are read, never past their end. */
    private record Input(ByteBuffer buffer) {
        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (!buffer.hasRemaining()) {
                    throw new DamagedException("the object ends in the middle of a number");
                }
                byte next = buffer.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new DamagedException("a number has more than ten bytes");
        }

        long number(int wire) {
            return switch (wire) {
                case VARINT -> varint();
                case FIXED64 -> {
                    require(Long.BYTES);
                    yield buffer.getLong();
                }
                case FIXED32 -> {
                    require(Integer.BYTES);
                    yield buffer.getInt();
                }
                default -> throw new DamagedException("a number is written as something else");
            };
        }

        Input part() {
            long length = varint();
            require(length);
            ByteBuffer part = buffer.slice(buffer.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
            buffer.position(buffer.position() + (int) length);
            return new Input(part);
        }

        byte[] bytes() {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        void skip(int wire) {
            if (wire == BYTES) {
                part();
            } else {
                number(wire);
            }
        }

        private void require(long length) {
            if (length < 0 || length > buffer.remaining()) {
                throw new DamagedException("the object ends in the middle of a field");
            }
        }
    }
}
