package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;

/** {@code enum nft_set_attributes}. */
final class SetCodec {
    static final int NFTA_SET_TABLE = 1;
    static final int NFTA_SET_NAME = 2;
    static final int NFTA_SET_FLAGS = 3;
    static final int NFTA_SET_KEY_TYPE = 4;
    static final int NFTA_SET_KEY_LEN = 5;
    static final int NFTA_SET_DATA_TYPE = 6;
    static final int NFTA_SET_DATA_LEN = 7;
    static final int NFTA_SET_POLICY = 8;
    static final int NFTA_SET_DESC = 9;
    static final int NFTA_SET_ID = 10;
    static final int NFTA_SET_TIMEOUT = 11;
    static final int NFTA_SET_GC_INTERVAL = 12;
    static final int NFTA_SET_USERDATA = 13;
    static final int NFTA_SET_HANDLE = 16;
    private static final int NFTA_SET_DESC_SIZE = 1;
    private static final int NFTA_SET_DESC_CONCAT = 2;
    private static final int NFTA_LIST_ELEM = 1;
    private static final int NFTA_SET_FIELD_LEN = 1;

    /** nft's {@code enum byteorder}. */
    private static final int HOST_ENDIAN = 1;

    private static final int BIG_ENDIAN = 2;

    private SetCodec() {}

    /** @param id by which later messages of the batch may name it */
    static void encode(Encoder out, NftSet set, int id) {
        encodeName(out, set);
        int flags = set.flags() | (set.isConcatenatedInterval() ? NftSet.CONCAT : 0);
        out.attributeBe32(NFTA_SET_FLAGS, flags)
                .attributeBe32(NFTA_SET_KEY_TYPE, set.key().number())
                .attributeBe32(NFTA_SET_KEY_LEN, set.key().length());
        if (set.isMap()) {
            out.attributeBe32(NFTA_SET_DATA_TYPE, set.value().number())
                    .attributeBe32(NFTA_SET_DATA_LEN, set.value().length());
        }
        out.attributeBe32(NFTA_SET_ID, id);
        if (set.memory()) {
            out.attributeBe32(NFTA_SET_POLICY, 1);
        }
        encodeDescription(out, set);
        if (set.timeout() != 0) {
            out.attributeBe64(NFTA_SET_TIMEOUT, set.timeout());
        }
        if (set.gcInterval() != 0) {
            out.attributeBe32(NFTA_SET_GC_INTERVAL, set.gcInterval());
        }
        out.attribute(NFTA_SET_USERDATA, userdata(set));
    }

    static void encodeName(Encoder out, NftSet set) {
        out.attributeString(NFTA_SET_TABLE, set.table()).attributeString(NFTA_SET_NAME, set.name());
    }

    private static void encodeDescription(Encoder out, NftSet set) {
        if (set.size() == 0 && !set.isConcatenatedInterval()) {
            return;
        }
        out.nested(NFTA_SET_DESC, description -> {
            if (set.size() != 0) {
                description.attributeBe32(NFTA_SET_DESC_SIZE, set.size());
            }
            if (set.isConcatenatedInterval()) {
                description.nested(NFTA_SET_DESC_CONCAT, list -> {
                    for (ScalarType scalar : set.key().scalars()) {
                        list.nested(NFTA_LIST_ELEM, field -> field.attributeBe32(NFTA_SET_FIELD_LEN, scalar.length()));
                    }
                });
            }
        });
    }

    /** Without the byte orders {@code nft} prints integers and marks the wrong way round. */
    private static byte[] userdata(NftSet set) {
        Userdata userdata = new Userdata().number(Userdata.SET_KEYBYTEORDER, byteorder(set.key()));
        if (set.isMap()) {
            userdata.number(Userdata.SET_DATABYTEORDER, byteorder(set.value()));
        }
        if (set.autoMerge()) {
            userdata.number(Userdata.SET_MERGE_ELEMENTS, 1);
        }
        if (set.isMap()) {
            userdata.number(Userdata.SET_DATA_INTERVAL, 0);
        }
        if (!set.comment().isEmpty()) {
            userdata.string(Userdata.SET_COMMENT, set.comment());
        }
        return userdata.toBytes();
    }

    private static int byteorder(SetType type) {
        if (type.scalars().size() != 1 || type.isVerdict()) {
            return 0;
        }
        return type.scalars().getFirst().isHostOrder() ? HOST_ENDIAN : BIG_ENDIAN;
    }

    static NftSet decode(Message message) {
        Attributes in = Wire.attributes(message);
        int flags = number(in, NFTA_SET_FLAGS) & ~NftSet.CONCAT;
        boolean map = (flags & NftSet.MAP) != 0;
        var userdata = in.find(NFTA_SET_USERDATA);
        return new NftSet(
                Wire.family(message),
                TableCodec.name(in, NFTA_SET_TABLE, "NFTA_SET_TABLE"),
                TableCodec.name(in, NFTA_SET_NAME, "NFTA_SET_NAME"),
                SetType.of(number(in, NFTA_SET_KEY_TYPE), number(in, NFTA_SET_KEY_LEN)),
                map ? SetType.of(number(in, NFTA_SET_DATA_TYPE), number(in, NFTA_SET_DATA_LEN)) : SetType.NONE,
                flags,
                in.find(NFTA_SET_TIMEOUT).map(Attribute::be64).orElse(0L),
                number(in, NFTA_SET_GC_INTERVAL),
                in.find(NFTA_SET_DESC)
                        .flatMap(a -> a.nested().find(NFTA_SET_DESC_SIZE))
                        .map(a -> (int) a.be32())
                        .orElse(0),
                number(in, NFTA_SET_POLICY) == 1,
                Userdata.number(userdata, Userdata.SET_MERGE_ELEMENTS) == 1,
                Userdata.comment(userdata, Userdata.SET_COMMENT),
                in.find(NFTA_SET_HANDLE).map(Attribute::be64).orElse(0L));
    }

    private static int number(Attributes in, int type) {
        return in.find(type).map(a -> (int) a.be32()).orElse(0);
    }
}
