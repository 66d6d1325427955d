package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.packet.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a field is compared with. */
sealed interface Operand {
    record Single(Bytes value) implements Operand {
        @Override
        public Element element() {
            return Element.of(value);
        }
    }

    record Prefixed(Bytes network, Bytes last, int bits) implements Operand {
        @Override
        public Element element() {
            return Element.of(network).upTo(last);
        }

        Bytes mask() {
            byte[] mask = new byte[network.length()];
            for (int bit = 0; bit < bits; bit++) {
                mask[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
            return Bytes.of(mask);
        }
    }

    record Between(Bytes from, Bytes to) implements Operand {
        @Override
        public Element element() {
            return Element.of(from).upTo(to);
        }
    }

    /** As an element of an anonymous set. */
    Element element();

    static Operand of(ScalarType type, Object value) {
        return switch (value) {
            case Prefix prefix -> prefix(type, prefix);
            case String text
            when type == ScalarType.IFNAME && text.endsWith("*") ->
                new Single(Bytes.of(text.substring(0, text.length() - 1).getBytes(StandardCharsets.UTF_8)));
            case String text
            when type.isAddress() && text.indexOf('/') >= 0 ->
                prefix(type, Prefix.parse(text).orElseThrow(() -> type.notOne(value)));
            case String text when type != ScalarType.IFNAME -> text(type, text);
            default -> new Single(type.bytes(value));
        };
    }

    private static Operand prefix(ScalarType type, Prefix prefix) {
        if (prefix.length() == prefix.family().bits()) {
            return new Single(type.bytes(prefix.address()));
        }
        return new Prefixed(type.bytes(prefix.first()), type.bytes(prefix.last()), prefix.length());
    }

    /** A range where both sides of a hyphen are values; names such as echo-request have hyphens too. */
    private static Operand text(ScalarType type, String text) {
        int hyphen = text.indexOf('-');
        if (hyphen > 0 && Symbols.number(type, text) < 0) {
            Optional<Bytes> from = value(type, text.substring(0, hyphen));
            Optional<Bytes> to = value(type, text.substring(hyphen + 1));
            if (from.isPresent() && to.isPresent()) {
                return new Between(from.get(), to.get());
            }
        }
        return new Single(type.bytes(text));
    }

    private static Optional<Bytes> value(ScalarType type, String text) {
        try {
            return Optional.of(type.bytes(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
