package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import java.nio.ByteOrder;

/** Comparisons and values in nft's words. */
final class MatchText {
    private MatchText() {}

    static String compare(Loaded left, Cmp e) {
        ScalarType scalar =
                left.type().scalars().size() == 1 ? left.type().scalars().getFirst() : ScalarType.INTEGER;
        boolean not = e.operator() == Cmp.Operator.NEQ;
        String sign = sign(e.operator());
        if (left.isMasked()) {
            return masked(left, e, scalar, not, sign);
        }
        if (scalar.isAddress() && left.length() < scalar.length()) {
            Bytes network = e.value().resized(scalar.length());
            return left.text() + sign + Scalars.text(scalar, network) + "/"
                    + 8 * e.value().length();
        }
        if (scalar == ScalarType.IFNAME && e.value().length() < scalar.length()) {
            return left.text() + sign + "\"" + e.value().string() + "*\"";
        }
        return left.text() + sign + left.valueText(e.value());
    }

    private static String masked(Loaded left, Cmp e, ScalarType scalar, boolean not, String sign) {
        boolean zero = e.value().equals(Bytes.of(new byte[e.value().length()]));
        if (scalar.isBitmask() && not && zero) {
            return left.text() + " " + left.valueText(left.mask());
        }
        int prefix = scalar.isAddress() ? prefixOf(left.mask()) : -1;
        if (prefix >= 0) {
            return left.text() + sign + Scalars.text(scalar, e.value()) + "/" + prefix;
        }
        if (scalar == ScalarType.TCP_FLAG) {
            return left.text() + sign + Scalars.text(scalar, e.value()) + " / " + Scalars.text(scalar, left.mask());
        }
        return left.text() + " & " + left.valueText(left.mask()) + (sign.equals(" ") ? " == " : sign)
                + left.valueText(e.value());
    }

    private static String sign(Cmp.Operator operator) {
        return switch (operator) {
            case EQ -> " ";
            case NEQ -> " != ";
            case LT -> " < ";
            case LTE -> " <= ";
            case GT -> " > ";
            case GTE -> " >= ";
        };
    }

    /** Length of the prefix that a mask is, -1 when it is none. */
    private static int prefixOf(Bytes mask) {
        return ElementText.prefixLength(
                Bytes.of(new byte[mask.length()]), inverted(mask)); // the range from 0 to all that the mask leaves free
    }

    private static Bytes inverted(Bytes mask) {
        byte[] bytes = mask.toArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
        return Bytes.of(bytes);
    }

    static String range(Loaded left, Bytes from, Bytes to) {
        return left.valueText(from) + "-" + left.valueText(to);
    }

    /** What a register holds, as part of a key or on its own. */
    static String value(Loaded loaded) {
        return loaded.isConstant()
                ? loaded.constant().toString()
                : loaded.isMasked() ? changed(loaded, loaded.type()) : loaded.text();
    }

    /** What a register holds, on the right of {@code set} for a field of a type. */
    static String assigned(Loaded loaded, SetType type) {
        return loaded.isConstant()
                ? type.text(loaded.constant().resized(type.length()))
                : loaded.isMasked() ? changed(loaded, type) : loaded.text();
    }

    /**
     * {@code meta mark & 0xff | 0x10}: the kernel knows only (value and mask) xor bits, which is read as an or where the bits
     * were masked out before.
     */
    private static String changed(Loaded loaded, SetType type) {
        ByteOrder order = ByteOrder.nativeOrder();
        int length = loaded.mask().length();
        long all = length >= 8 ? -1 : (1L << 8 * length) - 1;
        long mask = loaded.mask().number(order);
        long xor = loaded.xor().number(order);
        long or = xor & ~mask & all;
        long left = xor & ~or;
        long and = mask | or;
        return loaded.text()
                + (and == all ? "" : " & " + bits(type, and, length))
                + (left == 0 ? "" : " ^ " + bits(type, left, length))
                + (or == 0 ? "" : " | " + bits(type, or, length));
    }

    private static String bits(SetType type, long bits, int length) {
        Bytes value = Bytes.host32(bits).resized(length);
        return type.length() == length ? type.text(value) : "0x" + Long.toHexString(bits);
    }
}
