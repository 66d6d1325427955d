package dev.fairlead.trace.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.trace.observe.EyesException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A JSON object that came over a connection. Every method throws an {@link EyesException} that names the field where it isn't as it
 * should be.
 *
 * @param name for people: {@code finding.facts}
 */
record WireObject(JsonNode json, String name) {
    private static final JsonMapper MAPPER = new JsonMapper();

    static WireObject read(String line, String name) {
        try {
            WireObject read = new WireObject(MAPPER.readTree(line), name);
            if (!read.json.isObject()) {
                throw read.wrong("no JSON object");
            }
            return read;
        } catch (JsonProcessingException e) {
            throw new EyesException(name + " can't be read: " + e.getOriginalMessage(), e);
        }
    }

    EyesException wrong(String what) {
        String text = json.toString();
        return new EyesException(name + " can't be read: it is " + what + ": "
                + (text.length() > 200 ? text.substring(0, 200) + "…" : text));
    }

    /** Makes a value; what its type doesn't allow is damage as well. */
    <T> T made(Function<WireObject, T> maker) {
        try {
            return maker.apply(this);
        } catch (IllegalArgumentException e) {
            throw new EyesException(name + " can't be read: " + e.getMessage(), e);
        }
    }

    boolean has(String field) {
        return json.has(field);
    }

    private JsonNode field(String field) {
        JsonNode value = json.get(field);
        if (value == null) {
            throw wrong("without '" + field + "'");
        }
        return value;
    }

    WireObject object(String field) {
        WireObject object = new WireObject(field(field), name + "." + field);
        if (!object.json.isObject()) {
            throw object.wrong("no object");
        }
        return object;
    }

    <T> List<T> list(String field, Function<WireObject, T> reader) {
        WireObject array = new WireObject(field(field), name + "." + field);
        if (!array.json.isArray()) {
            throw array.wrong("no list");
        }
        List<T> list = new ArrayList<>();
        for (JsonNode element : array.json) {
            list.add(new WireObject(element, array.name + "[" + list.size() + "]").made(reader));
        }
        return list;
    }

    String text(String field) {
        return new WireObject(field(field), name + "." + field).text();
    }

    String text() {
        if (!json.isTextual()) {
            throw wrong("no text");
        }
        return json.textValue();
    }

    long number(String field, long least, long most) {
        return new WireObject(field(field), name + "." + field).number(least, most);
    }

    long number(long least, long most) {
        if (!json.isIntegralNumber()
                || !json.canConvertToLong()
                || json.longValue() < least
                || json.longValue() > most) {
            throw wrong("no number from " + least + " to " + most);
        }
        return json.longValue();
    }

    boolean flag(String field) {
        JsonNode value = field(field);
        if (!value.isBoolean()) {
            throw wrong("without true or false in '" + field + "'");
        }
        return value.booleanValue();
    }

    byte[] bytes(String field) {
        try {
            JsonNode value = field(field);
            if (!value.isTextual()) {
                throw wrong("without base64 in '" + field + "'");
            }
            return value.binaryValue();
        } catch (IOException e) {
            throw wrong("without base64 in '" + field + "'");
        }
    }

    <E extends Enum<E>> E constant(String field, Class<E> type) {
        String text = text(field);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw wrong("with '" + text + "', which is no " + type.getSimpleName());
    }

    Ip ip(String field) {
        return parsed(field, Ip.parse(text(field)));
    }

    Ip ip() {
        return Ip.parse(text()).orElseThrow(() -> wrong("no address"));
    }

    IpPort ipPort() {
        return IpPort.parse(text()).orElseThrow(() -> wrong("no address with a port"));
    }

    Flow flow(String field) {
        return object(field)
                .made(flow -> new Flow(
                        flow.parsed("protocol", Protocol.named(flow.text("protocol"))),
                        flow.parsed("source", IpPort.parse(flow.text("source"))),
                        flow.parsed("destination", IpPort.parse(flow.text("destination")))));
    }

    private <T> T parsed(String field, Optional<T> value) {
        return value.orElseThrow(() -> wrong("with something else in '" + field + "' than should be there"));
    }
}
