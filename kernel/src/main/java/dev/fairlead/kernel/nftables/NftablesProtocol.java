package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Family;
import dev.fairlead.kernel.netlink.Family.MessageFormat;
import dev.fairlead.kernel.netlink.Schema;
import dev.fairlead.kernel.netlink.Schema.Kind;

/** The kernel's names for what goes over the wire, for the explain mode and for errors. */
final class NftablesProtocol {
    static final Family FAMILY = new Family(Wire.PROTOCOL, "nftables", NftablesProtocol::format);

    private static final String[] MESSAGES = {
        "NFT_MSG_NEWTABLE", "NFT_MSG_GETTABLE", "NFT_MSG_DELTABLE", "NFT_MSG_NEWCHAIN", "NFT_MSG_GETCHAIN",
        "NFT_MSG_DELCHAIN", "NFT_MSG_NEWRULE", "NFT_MSG_GETRULE", "NFT_MSG_DELRULE", "NFT_MSG_NEWSET",
        "NFT_MSG_GETSET", "NFT_MSG_DELSET", "NFT_MSG_NEWSETELEM", "NFT_MSG_GETSETELEM", "NFT_MSG_DELSETELEM",
        "NFT_MSG_NEWGEN", "NFT_MSG_GETGEN", "NFT_MSG_TRACE"
    };

    private NftablesProtocol() {}

    private static MessageFormat format(int type) {
        int message = type & 0xff;
        if (type == Wire.BATCH_BEGIN || type == Wire.BATCH_END) {
            String name = type == Wire.BATCH_BEGIN ? "NFNL_MSG_BATCH_BEGIN" : "NFNL_MSG_BATCH_END";
            return new MessageFormat(name, Wire.HEADER, body -> "", Schema.of().leaf(1, "NFNL_BATCH_GENID", Kind.BE32));
        }
        if (type >> 8 != Wire.SUBSYSTEM) {
            return MessageFormat.unknown(type);
        }
        if (message == Wire.DESTROYSETELEM) {
            return new MessageFormat("NFT_MSG_DESTROYSETELEM", Wire.HEADER, NftablesProtocol::header, elements());
        }
        if (message >= MESSAGES.length) {
            return new MessageFormat("NFT_MSG " + message, Wire.HEADER, NftablesProtocol::header, Schema.of());
        }
        return new MessageFormat(MESSAGES[message], Wire.HEADER, NftablesProtocol::header, attributes(message));
    }

    private static String header(java.nio.ByteBuffer body) {
        return "family " + Byte.toUnsignedInt(body.get(0));
    }

    private static Schema attributes(int message) {
        return switch (message) {
            case Wire.NEWTABLE, Wire.GETTABLE, Wire.DELTABLE -> table();
            case Wire.NEWCHAIN, Wire.GETCHAIN, Wire.DELCHAIN -> chain();
            case Wire.NEWRULE, Wire.GETRULE, Wire.DELRULE -> rule();
            case Wire.NEWSET, Wire.GETSET, Wire.DELSET -> set();
            case Wire.NEWSETELEM, Wire.GETSETELEM, Wire.DELSETELEM -> elements();
            case Wire.NEWGEN, Wire.GETGEN ->
                Schema.of()
                        .leaf(1, "NFTA_GEN_ID", Kind.BE32)
                        .leaf(2, "NFTA_GEN_PROC_PID", Kind.BE32)
                        .leaf(3, "NFTA_GEN_PROC_NAME", Kind.STRING);
            default -> Schema.of();
        };
    }

    private static Schema table() {
        return Schema.of()
                .leaf(1, "NFTA_TABLE_NAME", Kind.STRING)
                .leaf(2, "NFTA_TABLE_FLAGS", Kind.BE32)
                .leaf(3, "NFTA_TABLE_USE", Kind.BE32)
                .leaf(4, "NFTA_TABLE_HANDLE", Kind.BE64)
                .leaf(6, "NFTA_TABLE_USERDATA", Kind.HEX)
                .leaf(7, "NFTA_TABLE_OWNER", Kind.BE32);
    }

    private static Schema chain() {
        return Schema.of()
                .leaf(1, "NFTA_CHAIN_TABLE", Kind.STRING)
                .leaf(2, "NFTA_CHAIN_HANDLE", Kind.BE64)
                .leaf(3, "NFTA_CHAIN_NAME", Kind.STRING)
                .nest(
                        4,
                        "NFTA_CHAIN_HOOK",
                        () -> Schema.of()
                                .leaf(1, "NFTA_HOOK_HOOKNUM", Kind.BE32)
                                .leaf(2, "NFTA_HOOK_PRIORITY", Kind.BE32)
                                .leaf(3, "NFTA_HOOK_DEV", Kind.STRING)
                                .nest(4, "NFTA_HOOK_DEVS", () -> Schema.of().leaf(1, "NFTA_DEVICE_NAME", Kind.STRING)))
                .leaf(5, "NFTA_CHAIN_POLICY", Kind.BE32)
                .leaf(6, "NFTA_CHAIN_USE", Kind.BE32)
                .leaf(7, "NFTA_CHAIN_TYPE", Kind.STRING)
                .leaf(10, "NFTA_CHAIN_FLAGS", Kind.BE32)
                .leaf(11, "NFTA_CHAIN_ID", Kind.BE32)
                .leaf(12, "NFTA_CHAIN_USERDATA", Kind.HEX);
    }

    private static Schema rule() {
        return Schema.of()
                .leaf(1, "NFTA_RULE_TABLE", Kind.STRING)
                .leaf(2, "NFTA_RULE_CHAIN", Kind.STRING)
                .leaf(3, "NFTA_RULE_HANDLE", Kind.BE64)
                .nest(4, "NFTA_RULE_EXPRESSIONS", () -> Schema.listOf("NFTA_LIST_ELEM", NftablesProtocol::expression))
                .leaf(6, "NFTA_RULE_POSITION", Kind.BE64)
                .leaf(7, "NFTA_RULE_USERDATA", Kind.HEX)
                .leaf(9, "NFTA_RULE_ID", Kind.BE32)
                .leaf(10, "NFTA_RULE_POSITION_ID", Kind.BE32)
                .leaf(11, "NFTA_RULE_CHAIN_ID", Kind.BE32);
    }

    /** Which attributes are inside depends on the name beside it, which a schema can't see. */
    private static Schema expression() {
        return Schema.of().leaf(1, "NFTA_EXPR_NAME", Kind.STRING).leaf(2, "NFTA_EXPR_DATA", Kind.HEX);
    }

    private static Schema set() {
        return Schema.of()
                .leaf(1, "NFTA_SET_TABLE", Kind.STRING)
                .leaf(2, "NFTA_SET_NAME", Kind.STRING)
                .leaf(3, "NFTA_SET_FLAGS", Kind.BE32)
                .leaf(4, "NFTA_SET_KEY_TYPE", Kind.BE32)
                .leaf(5, "NFTA_SET_KEY_LEN", Kind.BE32)
                .leaf(6, "NFTA_SET_DATA_TYPE", Kind.BE32)
                .leaf(7, "NFTA_SET_DATA_LEN", Kind.BE32)
                .leaf(8, "NFTA_SET_POLICY", Kind.BE32)
                .nest(
                        9,
                        "NFTA_SET_DESC",
                        () -> Schema.of()
                                .leaf(1, "NFTA_SET_DESC_SIZE", Kind.BE32)
                                .nest(
                                        2,
                                        "NFTA_SET_DESC_CONCAT",
                                        () -> Schema.listOf(
                                                "NFTA_LIST_ELEM",
                                                () -> Schema.of().leaf(1, "NFTA_SET_FIELD_LEN", Kind.BE32))))
                .leaf(10, "NFTA_SET_ID", Kind.BE32)
                .leaf(11, "NFTA_SET_TIMEOUT", Kind.BE64)
                .leaf(12, "NFTA_SET_GC_INTERVAL", Kind.BE32)
                .leaf(13, "NFTA_SET_USERDATA", Kind.HEX)
                .leaf(15, "NFTA_SET_OBJ_TYPE", Kind.BE32)
                .leaf(16, "NFTA_SET_HANDLE", Kind.BE64);
    }

    private static Schema elements() {
        return Schema.of()
                .leaf(1, "NFTA_SET_ELEM_LIST_TABLE", Kind.STRING)
                .leaf(2, "NFTA_SET_ELEM_LIST_SET", Kind.STRING)
                .nest(
                        3,
                        "NFTA_SET_ELEM_LIST_ELEMENTS",
                        () -> Schema.listOf("NFTA_LIST_ELEM", NftablesProtocol::element))
                .leaf(4, "NFTA_SET_ELEM_LIST_SET_ID", Kind.BE32);
    }

    private static Schema element() {
        return Schema.of()
                .nest(1, "NFTA_SET_ELEM_KEY", NftablesProtocol::data)
                .nest(2, "NFTA_SET_ELEM_DATA", NftablesProtocol::data)
                .leaf(3, "NFTA_SET_ELEM_FLAGS", Kind.BE32)
                .leaf(4, "NFTA_SET_ELEM_TIMEOUT", Kind.BE64)
                .leaf(5, "NFTA_SET_ELEM_EXPIRATION", Kind.BE64)
                .leaf(6, "NFTA_SET_ELEM_USERDATA", Kind.HEX)
                .nest(10, "NFTA_SET_ELEM_KEY_END", NftablesProtocol::data);
    }

    private static Schema data() {
        return Schema.of()
                .leaf(1, "NFTA_DATA_VALUE", Kind.HEX)
                .nest(
                        2,
                        "NFTA_DATA_VERDICT",
                        () -> Schema.of()
                                .leaf(1, "NFTA_VERDICT_CODE", Kind.BE32)
                                .leaf(2, "NFTA_VERDICT_CHAIN", Kind.STRING));
    }
}
