package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.util.HexFormat;
import java.util.Optional;

/** Single values in nft's notation, both ways. */
final class Scalars {
    private static final int IFNAMSIZ = 16;

    private Scalars() {}

    static Bytes parse(ScalarType type, String text) {
        Optional<Bytes> value = switch (type) {
            case IPV4_ADDR, IPV6_ADDR ->
                Ip.parse(text)
                        .filter(ip -> ip.family().bytes() == type.length())
                        .map(ip -> Bytes.of(ip.bytes()));
            case ETHER_ADDR -> Mac.parse(text).map(mac -> Bytes.of(mac.bytes()));
            case IFNAME ->
                text.isEmpty() || text.length() >= IFNAMSIZ
                        ? Optional.empty()
                        : Optional.of(Bytes.string(text, IFNAMSIZ));
            default -> type.isBitmask() ? parseBits(type, text) : parseNumber(type, text);
        };
        return value.orElseThrow(() -> type.notOne(text));
    }

    private static Optional<Bytes> parseBits(ScalarType type, String text) {
        long bits = 0;
        for (String name : text.split(",", -1)) {
            int value = Symbols.number(type, name.strip());
            if (value < 0) {
                return parseNumber(type, text);
            }
            bits |= value;
        }
        return Optional.of(type.bytes(bits));
    }

    private static Optional<Bytes> parseNumber(ScalarType type, String text) {
        int symbol = Symbols.number(type, text);
        if (symbol >= 0) {
            return Optional.of(type.bytes(symbol));
        }
        boolean hex = text.startsWith("0x");
        try {
            return Optional.of(type.bytes(Long.parseLong(hex ? text.substring(2) : text, hex ? 16 : 10)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** As {@code nft list} prints a value of the type. */
    static String text(ScalarType type, Bytes value) {
        return switch (type) {
            case VERDICT -> value.hex();
            case IPV4_ADDR, IPV6_ADDR ->
                value.length() == type.length() ? Ip.of(value.toArray()).toString() : hexText(value);
            case ETHER_ADDR -> value.length() == 6 ? Mac.of(value.toArray()).toString() : hexText(value);
            case IFNAME -> "\"" + value.string() + "\"";
            case MARK -> "0x" + HexFormat.of().toHexDigits((int) value.number(type.order()));
            case STATE, STATUS, TCP_FLAG -> bitsText(type, value.number(type.order()));
            default -> numberText(type, value.number(type.order()));
        };
    }

    private static String numberText(ScalarType type, long number) {
        return Symbols.name(type, number).orElseGet(() -> switch (type) {
            case ETHER_TYPE -> "0x" + HexFormat.of().toHexDigits((short) number);
            default -> Long.toString(number);
        });
    }

    private static String bitsText(ScalarType type, long bits) {
        StringBuilder text = new StringBuilder();
        long left = bits;
        for (Symbols.Symbol symbol : Symbols.of(type)) {
            if ((bits & symbol.number()) != 0) {
                text.append(text.isEmpty() ? "" : ",").append(symbol.name());
                left &= ~symbol.number();
            }
        }
        return left != 0 || text.isEmpty() ? "0x" + Long.toHexString(bits) : text.toString();
    }

    private static String hexText(Bytes value) {
        return "0x" + value.hex();
    }
}
