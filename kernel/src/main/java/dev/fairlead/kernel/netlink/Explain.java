package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Family.MessageFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Prints messages for people, one attribute a line with the kernel's names, and finds the attribute at an offset. */
public final class Explain {
    private static final int MESSAGE_HEADER = 16;

    private final Family family;

    public Explain(Family family) {
        this.family = family;
    }

    /** The whole message; what can't be read is printed as hex and said. */
    public String text(int type, int flags, int sequence, byte[] body) {
        MessageFormat format = family.formats().apply(type);
        StringBuilder text = new StringBuilder()
                .append(format.name())
                .append("  flags ")
                .append(flagsText(format.name(), flags))
                .append("  seq ")
                .append(Integer.toUnsignedString(sequence))
                .append("  ")
                .append(MESSAGE_HEADER + body.length)
                .append(" bytes\n");
        if (body.length < format.headerLength()) {
            return text.append("    cut short: ")
                    .append(HexFormat.of().formatHex(body))
                    .append('\n')
                    .toString();
        }
        ByteBuffer buffer = ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
        String header = format.header().of(buffer);
        if (!header.isEmpty()) {
            text.append("    ").append(header).append('\n');
        }
        appendAll(
                text,
                ByteBuffer.wrap(body, format.headerLength(), body.length - format.headerLength()),
                format.attributes(),
                1);
        return text.toString();
    }

    private static void appendAll(StringBuilder text, ByteBuffer bytes, Schema schema, int depth) {
        Attributes attributes;
        try {
            attributes = Attributes.parse(bytes);
        } catch (DecodeException e) {
            text.append("    ".repeat(depth))
                    .append("unreadable: ")
                    .append(e.getMessage())
                    .append('\n');
            return;
        }
        for (Attribute attribute : attributes) {
            append(text, attribute, attributes, schema, depth);
        }
    }

    private static void append(StringBuilder text, Attribute attribute, Attributes siblings, Schema schema, int depth) {
        text.append("    ".repeat(depth)).append(schema.name(attribute.type()));
        switch (schema.entry(attribute.type()).orElse(new Schema.Entry.Leaf("", Schema.Kind.HEX))) {
            case Schema.Entry.Nest nest -> {
                byte[] payload = attribute.bytes();
                int header = Math.min(nest.header(), payload.length);
                if (header > 0) {
                    text.append(" header ").append(HexFormat.of().formatHex(payload, 0, header));
                }
                text.append('\n');
                ByteBuffer inside = ByteBuffer.wrap(payload, header, payload.length - header);
                appendAll(text, inside, nest.inner().get(), depth + 1);
            }
            case Schema.Entry.Choice choice -> {
                text.append('\n');
                String selector =
                        siblings.find(choice.selector()).map(Attribute::string).orElse("");
                Schema inner = choice.inner().apply(selector);
                appendAll(text, ByteBuffer.wrap(attribute.bytes()), inner, depth + 1);
            }
            case Schema.Entry.Leaf leaf ->
                text.append(' ').append(value(attribute, leaf.kind())).append('\n');
        }
    }

    private static String value(Attribute a, Schema.Kind kind) {
        try {
            return switch (kind) {
                case FLAG -> "";
                case U8 -> Integer.toString(a.u8());
                case U16 -> Integer.toString(a.u16());
                case U32 -> Long.toString(a.u32());
                case S32 -> Integer.toString(a.s32());
                case U64 -> Long.toUnsignedString(a.u64());
                case BE16 -> Integer.toString(a.be16());
                case BE32 -> Long.toString(a.be32());
                case BE64 -> Long.toUnsignedString(a.be64());
                case STRING -> '"' + a.string() + '"';
                case IP -> a.ip().toString();
                case MAC -> a.mac().toString();
                case HEX -> HexFormat.of().formatHex(a.bytes());
            };
        } catch (DecodeException e) {
            return HexFormat.of().formatHex(a.bytes()) + " (" + e.getMessage() + ")";
        }
    }

    /**
     * Names the attribute that begins at, or contains, an offset: {@code IFLA_LINKINFO > IFLA_INFO_DATA}.
     *
     * @param offset in bytes from the start of the message header, as {@code NLMSGERR_ATTR_OFFS} counts
     */
    public Optional<String> attributeAt(int type, byte[] body, int offset) {
        MessageFormat format = family.formats().apply(type);
        int inBody = offset - MESSAGE_HEADER;
        if (inBody < 0 || inBody >= body.length) {
            return Optional.empty();
        }
        if (inBody < format.headerLength()) {
            return Optional.of("the header of " + format.name());
        }
        return locate(body, format.headerLength(), body.length, inBody, format.attributes());
    }

    private static Optional<String> locate(byte[] body, int from, int to, int offset, Schema schema) {
        ByteBuffer bytes = ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
        for (int at = from; at + 4 <= to; ) {
            int length = Short.toUnsignedInt(bytes.getShort(at));
            int type = Short.toUnsignedInt(bytes.getShort(at + 2)) & 0x3fff;
            if (length < 4) {
                return Optional.empty();
            }
            if (offset < at + length) {
                String name = schema.name(type);
                int header = schema.entry(type).orElse(null) instanceof Schema.Entry.Nest nest ? nest.header() : 0;
                int start = at + 4 + header;
                int end = Math.min(at + length, to);
                Optional<Schema> inner = offset < start ? Optional.empty() : inner(body, from, to, schema, type);
                return inner.flatMap(schemaInside -> locate(body, start, end, offset, schemaInside))
                        .map(place -> name + " > " + place)
                        .or(() -> Optional.of(name));
            }
            at += length + 3 & ~3;
        }
        return Optional.empty();
    }

    /** What an attribute of this type holds at this place, where that is attributes. */
    private static Optional<Schema> inner(byte[] body, int from, int to, Schema schema, int type) {
        return switch (schema.entry(type).orElse(null)) {
            case null -> Optional.empty();
            case Schema.Entry.Leaf _ -> Optional.empty();
            case Schema.Entry.Nest nest -> Optional.of(nest.inner().get());
            case Schema.Entry.Choice choice -> {
                String selector = string(body, from, to, choice.selector());
                yield Optional.of(choice.inner().apply(selector));
            }
        };
    }

    private static String string(byte[] body, int from, int to, int type) {
        try {
            return Attributes.parse(ByteBuffer.wrap(body, from, to - from))
                    .find(type)
                    .map(Attribute::string)
                    .orElse("");
        } catch (DecodeException e) {
            return ""; // explaining goes as far as it can
        }
    }

    /** The name of a missing attribute ({@code NLMSGERR_ATTR_MISS_TYPE}) at the top of the message or in a nest. */
    public String missing(int type, byte[] body, int nestOffset, int attributeType) {
        MessageFormat format = family.formats().apply(type);
        if (nestOffset == 0) {
            return format.attributes().name(attributeType);
        }
        return "attribute " + attributeType + " of "
                + attributeAt(type, body, nestOffset).orElse("an attribute");
    }

    private static final String[] FLAGS = {"REQUEST", "MULTI", "ACK", "ECHO", "DUMP_INTR", "DUMP_FILTERED"};
    private static final String[] NEW_FLAGS = {"REPLACE", "EXCL", "CREATE", "APPEND"};
    private static final String[] GET_FLAGS = {"ROOT", "MATCH", "ATOMIC"};
    private static final String[] DEL_FLAGS = {"NONREC", "BULK"};

    /** The meaning of bits 8 and up depends on what the message does, which its name says. */
    private static String flagsText(String message, int flags) {
        StringBuilder text = new StringBuilder();
        @Nullable String[] names = new @Nullable String[16];
        System.arraycopy(FLAGS, 0, names, 0, FLAGS.length);
        String[] high = message.contains("NEW")
                ? NEW_FLAGS
                : message.contains("GET") ? GET_FLAGS : message.contains("DEL") ? DEL_FLAGS : new String[0];
        System.arraycopy(high, 0, names, 8, high.length);
        for (int bit = 0; bit < 16; bit++) {
            if ((flags >> bit & 1) == 1) {
                text.append(text.isEmpty() ? "" : "|")
                        .append(names[bit] != null ? names[bit] : "0x" + Integer.toHexString(1 << bit));
            }
        }
        return text.isEmpty() ? "0" : text.toString();
    }
}
