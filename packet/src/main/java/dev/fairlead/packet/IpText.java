package dev.fairlead.packet;

import java.util.HexFormat;

/**
 * Text forms of addresses. The JDK's parser is not used: it looks names up, and it takes forms such as {@code 10.1} that
 * the kernel's tools refuse. IPv4 by RFC 6943 section 3.1.1 (strict dotted quad, no leading zeros), IPv6 by RFC 4291
 * section 2.2 in and RFC 5952 out. An empty array stands for "not an address". Read character by character: addresses are
 * parsed by the ten thousand while a command starts, where regular expressions would be most of the cost.
 */
final class IpText {
    private static final byte[] REFUSED = {};

    private IpText() {}

    static byte[] parseIpv4(String text) {
        byte[] bytes = new byte[4];
        return quad(text, 0, bytes, 0) ? bytes : REFUSED;
    }

    /** Reads {@code text} from {@code from} to its end as a dotted quad into {@code to} at {@code at}. */
    private static boolean quad(String text, int from, byte[] to, int at) {
        int start = from;
        for (int i = 0; i < 4; i++) {
            int end = i < 3 ? text.indexOf('.', start) : text.length();
            int octet = end < 0 ? -1 : decimal(text, start, end, 255);
            if (octet < 0) {
                return false;
            }
            to[at + i] = (byte) octet;
            start = end + 1;
        }
        return true;
    }

    /** The number 0 to {@code most} written without sign and leading zeros between two positions, or -1. */
    static int decimal(String text, int from, int to, int most) {
        if (from >= to || to - from > 5 || (text.charAt(from) == '0' && to - from > 1)) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + digit - '0';
        }
        return number <= most ? number : -1;
    }

    static byte[] parseIpv6(String text) {
        int gap = text.indexOf("::");
        byte[] head = new byte[16];
        byte[] tail = new byte[16];
        int headLength = groups(text, 0, gap < 0 ? text.length() : gap, head, gap < 0);
        int tailLength = gap < 0 ? 0 : groups(text, gap + 2, text.length(), tail, true);
        // RFC 5952 section 4.2.2 asks writers not to shorten one group, readers must take it: up to 14 bytes around a
        // gap.
        boolean whole = gap < 0 ? headLength == 16 : headLength + tailLength <= 14;
        if (headLength < 0 || tailLength < 0 || !whole) {
            return REFUSED;
        }
        System.arraycopy(tail, 0, head, 16 - tailLength, tailLength);
        return head;
    }

    /**
     * Reads colon-separated groups between two positions into {@code into} and returns how many bytes they fill, or -1. A
     * dotted quad may stand last where {@code quadAllowed}.
     */
    private static int groups(String text, int from, int to, byte[] into, boolean quadAllowed) {
        int filled = 0;
        int start = from;
        while (from < to) {
            int colon = text.indexOf(':', start);
            int end = colon < 0 || colon > to ? to : colon;
            boolean last = end == to;
            int dot = text.indexOf('.', start);
            if (last && quadAllowed && dot >= 0) {
                return filled <= 12 && quad(text, start, into, filled) ? filled + 4 : -1;
            }
            int group = filled > 14 ? -1 : hexadecimal(text, start, end);
            if (group < 0) {
                return -1;
            }
            into[filled++] = (byte) (group >> 8);
            into[filled++] = (byte) group;
            if (last) {
                return filled;
            }
            start = end + 1;
        }
        return 0;
    }

    private static int hexadecimal(String text, int from, int to) {
        if (from >= to || to - from > 4) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if (!HexFormat.isHexDigit(digit)) {
                return -1;
            }
            number = number << 4 | HexFormat.fromHexDigit(digit);
        }
        return number;
    }

    static String printIpv4(byte[] b) {
        return (b[0] & 0xff) + "." + (b[1] & 0xff) + "." + (b[2] & 0xff) + "." + (b[3] & 0xff);
    }

    static String printIpv6(byte[] b) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (b[2 * i] & 0xff) << 8 | (b[2 * i + 1] & 0xff);
        }
        if (groups[5] == 0xffff && zerosFrom(groups, 0) == 5) {
            return "::ffff:" + printIpv4(new byte[] {b[12], b[13], b[14], b[15]});
        }
        int start = -1;
        int length = 1; // RFC 5952 section 4.2.2: a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int run = zerosFrom(groups, i);
            if (run > length) {
                start = i;
                length = run;
            }
        }
        if (start < 0) {
            return join(groups, 0, 8);
        }
        return join(groups, 0, start) + "::" + join(groups, start + length, 8);
    }

    private static int zerosFrom(int[] groups, int from) {
        int at = from;
        while (at < groups.length && groups[at] == 0) {
            at++;
        }
        return at - from;
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i > from ? ":" : "").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** The six pairs of an Ethernet address as a number, or -1. */
    static long parseMac(String text) {
        if (text.length() != 17) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < 17; i += 3) {
            int pair = hexadecimal(text, i, i + 2);
            if (pair < 0 || (i < 15 && text.charAt(i + 2) != ':')) {
                return -1;
            }
            number = number << 8 | pair;
        }
        return number;
    }

    static String printMac(byte[] bytes) {
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }
}
