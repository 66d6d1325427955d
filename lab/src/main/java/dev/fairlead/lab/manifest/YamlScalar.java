package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What an unquoted YAML word means. The rules are YAML 1.1 as {@code kubectl} applies them (sigs.k8s.io/yaml,
 * {@code goyaml.v2/resolve.go}): {@code yes} and {@code on} are booleans, {@code 0755} is octal, a date is a string. The
 * digits of a decimal number are kept as they were written.
 */
final class YamlScalar {
    private static final int LONGEST_NUMBER = 64;

    private YamlScalar() {}

    static JsonNode resolve(String word) {
        return switch (word) {
            case "", "~", "null", "Null", "NULL" -> NullNode.instance;
            case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> BooleanNode.TRUE;
            case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" -> BooleanNode.FALSE;
            default -> numberOrText(word);
        };
    }

    private static JsonNode numberOrText(String word) {
        char first = word.charAt(0);
        boolean candidate = first >= '0' && first <= '9' || first == '+' || first == '-' || first == '.';
        JsonNode text = JsonNodeFactory.instance.textNode(word);
        if (!candidate || word.length() > LONGEST_NUMBER) {
            return text;
        }
        String plain = word.replace("_", "");
        boolean signed = plain.startsWith("-") || plain.startsWith("+");
        String digits = signed ? plain.substring(1) : plain;
        int radix = radix(digits);
        if (radix != 10) {
            String inRadix = digits.substring(digits.length() > 2 && !digit(digits.charAt(1)) ? 2 : 1);
            if (allDigits(inRadix, radix)) {
                BigInteger value = new BigInteger(inRadix, radix);
                return whole(plain.startsWith("-") ? value.negate() : value);
            }
        }
        if (allDigits(digits, 10)) {
            return whole(new BigInteger(plain));
        }
        return isDecimal(digits) ? JsonNodeFactory.instance.numberNode(new BigDecimal(plain)) : text;
    }

    /** In the smallest node that holds it, as Jackson reads JSON: only so are equal numbers equal nodes. */
    private static JsonNode whole(BigInteger value) {
        if (value.bitLength() < 32) {
            return JsonNodeFactory.instance.numberNode(value.intValue());
        }
        return value.bitLength() < 64
                ? JsonNodeFactory.instance.numberNode(value.longValue())
                : JsonNodeFactory.instance.numberNode(value);
    }

    private static int radix(String digits) {
        if (digits.length() < 2 || digits.charAt(0) != '0') {
            return 10;
        }
        return switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            case 'o', 'O', '0', '1', '2', '3', '4', '5', '6', '7' -> 8;
            default -> 10;
        };
    }

    private static boolean allDigits(String text, int radix) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 'z' || Character.digit(text.charAt(i), radix) < 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** {@code 1.5}, {@code .5}, {@code 1.}, {@code 1e3}; the sign is off already. */
    private static boolean isDecimal(String text) {
        int at = 0;
        int mantissa = 0;
        boolean dot = false;
        while (at < text.length() && (digit(text.charAt(at)) || !dot && text.charAt(at) == '.')) {
            dot |= text.charAt(at) == '.';
            mantissa += digit(text.charAt(at)) ? 1 : 0;
            at++;
        }
        if (mantissa == 0 || at == text.length()) {
            return mantissa > 0;
        }
        String exponent = text.substring(at + 1);
        boolean signed = exponent.startsWith("-") || exponent.startsWith("+");
        String power = signed ? exponent.substring(1) : exponent;
        // four digits are more than any field needs, and keep the number from growing out of hand
        return (text.charAt(at) == 'e' || text.charAt(at) == 'E') && power.length() <= 4 && allDigits(power, 10);
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
