package dev.fairlead.packet;

import java.util.HexFormat;

/**
 * Text forms of addresses. The JDK's parser is not used: it looks names up, and it takes forms such as {@code 10.1} that
 * the kernel's tools refuse. IPv4 by RFC 6943 section 3.1.1 (strict dotted quad, no leading zeros), IPv6 by RFC 4291
 * section 2.2 in and RFC 5952 out. An empty array stands for "not an address".
 */
final class IpText {
    private static final byte[] REFUSED = {};

    private IpText() {}

    static byte[] parseIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return REFUSED;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            String part = parts[i];
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                return REFUSED;
            }
            bytes[i] = (byte) Integer.parseInt(part);
        }
        return bytes;
    }

    static byte[] parseIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap != text.lastIndexOf("::") || text.contains(":::")) {
            return REFUSED;
        }
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2), true);
        int given = head.length + tail.length;
        boolean malformed = head == REFUSED || tail == REFUSED;
        if (malformed || (gap < 0 ? given != 16 : given > 14)) {
            return REFUSED;
        }
        byte[] bytes = new byte[16];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
        return bytes;
    }

    /** The bytes of colon-separated groups; a dotted quad may stand last where {@code quadAllowed}. */
    private static byte[] groups(String text, boolean quadAllowed) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        String[] parts = text.split(":", -1);
        byte[] bytes = new byte[0];
        for (int i = 0; i < parts.length; i++) {
            byte[] group;
            if (quadAllowed && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
                group = parseIpv4(parts[i]);
            } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
                int value = Integer.parseInt(parts[i], 16);
                group = new byte[] {(byte) (value >> 8), (byte) value};
            } else {
                group = REFUSED;
            }
            if (group.length == 0 || bytes.length + group.length > 16) {
                return REFUSED;
            }
            byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + group.length);
            System.arraycopy(group, 0, longer, bytes.length, group.length);
            bytes = longer;
        }
        return bytes;
    }

    static String printIpv4(byte[] b) {
        return (b[0] & 0xff) + "." + (b[1] & 0xff) + "." + (b[2] & 0xff) + "." + (b[3] & 0xff);
    }

    static String printIpv6(byte[] b) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (b[2 * i] & 0xff) << 8 | (b[2 * i + 1] & 0xff);
        }
        boolean mapped = groups[5] == 0xffff && allZero(groups, 0, 5);
        if (mapped) {
            return "::ffff:" + printIpv4(new byte[] {b[12], b[13], b[14], b[15]});
        }
        int start = -1;
        int length = 1; // RFC 5952 section 4.2.2: a single zero group is not shortened
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
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

    private static boolean allZero(int[] groups, int from, int to) {
        for (int i = from; i < to; i++) {
            if (groups[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static String join(int[] groups, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i > from ? ":" : "").append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    static String printMac(byte[] bytes) {
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }
}
