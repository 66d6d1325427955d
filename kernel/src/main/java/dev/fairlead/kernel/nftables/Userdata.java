package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.nftables.expression.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@code nft} keeps with objects, which the kernel stores unread: a type byte, a length byte, the content. Source: the
 * lists in {@code <libnftnl/udata.h>}.
 */
final class Userdata {
    /** Of tables, chains, rules and elements. */
    static final int COMMENT = 0;

    static final int SET_KEYBYTEORDER = 0;
    static final int SET_DATABYTEORDER = 1;
    static final int SET_MERGE_ELEMENTS = 2;
    static final int SET_DATA_INTERVAL = 6;
    static final int SET_COMMENT = 7;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Content of a comment of a table, chain, rule or element. */
    static byte[] comment(String text) {
        return new Userdata().string(COMMENT, text).toBytes();
    }

    Userdata string(int type, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.write(type);
        bytes.write(utf8.length + 1);
        bytes.writeBytes(utf8);
        bytes.write(0);
        return this;
    }

    /** A number of 32 bits, in host byte order as nft has it. */
    Userdata number(int type, int value) {
        bytes.write(type);
        bytes.write(4);
        bytes.writeBytes(Bytes.host32(value).toArray());
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    /** The comment in an attribute that may be absent; bytes that can't be read hold none. */
    static String comment(Optional<Attribute> attribute, int type) {
        byte[] content = content(attribute, type);
        int length = content.length;
        while (length > 0 && content[length - 1] == 0) {
            length--;
        }
        return printable(new String(content, 0, length, StandardCharsets.UTF_8));
    }

    /** The first byte of a number, 0 where there is none. */
    static int number(Optional<Attribute> attribute, int type) {
        byte[] content = content(attribute, type);
        return content.length == 0 ? 0 : content[0];
    }

    private static byte[] content(Optional<Attribute> attribute, int type) {
        byte[] all = attribute.map(Attribute::bytes).orElse(new byte[0]);
        for (int at = 0; at + 2 <= all.length; ) {
            int length = Byte.toUnsignedInt(all[at + 1]);
            if (at + 2 + length > all.length) {
                break;
            }
            if (all[at] == type) {
                return Arrays.copyOfRange(all, at + 2, at + 2 + length);
            }
            at += 2 + length;
        }
        return new byte[0];
    }

    /** Others may have stored what a comment of ours can't be. */
    private static String printable(String text) {
        String plain = text.replace('"', '\'').replace('\n', ' ').replace('\0', ' ');
        byte[] utf8 = plain.getBytes(StandardCharsets.UTF_8);
        return utf8.length <= Names.LONGEST_COMMENT
                ? plain
                : new String(utf8, 0, Names.LONGEST_COMMENT - 3, StandardCharsets.UTF_8).replace("\ufffd", "");
    }
}
