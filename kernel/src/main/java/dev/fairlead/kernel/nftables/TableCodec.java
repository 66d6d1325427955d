package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import java.nio.charset.StandardCharsets;

/** {@code enum nft_table_attributes}. */
final class TableCodec {
    static final int NFTA_TABLE_NAME = 1;
    static final int NFTA_TABLE_FLAGS = 2;
    static final int NFTA_TABLE_HANDLE = 4;
    static final int NFTA_TABLE_USERDATA = 6;

    private TableCodec() {}

    static void encode(Encoder out, Table table) {
        out.attributeString(NFTA_TABLE_NAME, table.name()).attributeBe32(NFTA_TABLE_FLAGS, table.flags());
        if (!table.comment().isEmpty()) {
            out.attribute(NFTA_TABLE_USERDATA, Userdata.comment(table.comment()));
        }
    }

    static Table decode(Message message) {
        Attributes in = Wire.attributes(message);
        return new Table(
                Wire.family(message),
                name(in, NFTA_TABLE_NAME, "NFTA_TABLE_NAME"),
                in.find(NFTA_TABLE_FLAGS).map(a -> (int) a.be32()).orElse(0),
                Userdata.comment(in.find(NFTA_TABLE_USERDATA), Userdata.COMMENT),
                in.find(NFTA_TABLE_HANDLE).map(Attribute::be64).orElse(0L));
    }

    /** A name the kernel sent, which is never empty and never too long. */
    static String name(Attributes in, int type, String attribute) {
        String name = in.require(type, attribute).string();
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > Names.LONGEST) {
            throw new DecodeException(attribute + " holds a name of " + length + " bytes");
        }
        return name;
    }
}
