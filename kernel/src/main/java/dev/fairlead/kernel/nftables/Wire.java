package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.Request;
import java.util.function.Consumer;

/** Message types and the header in front of every nfnetlink message, {@code struct nfgenmsg}. */
final class Wire {
    /** {@code NETLINK_NETFILTER}. */
    static final int PROTOCOL = 12;

    static final int SUBSYSTEM = 10;
    static final int HEADER = 4;

    static final int NEWTABLE = 0;
    static final int GETTABLE = 1;
    static final int DELTABLE = 2;
    static final int NEWCHAIN = 3;
    static final int GETCHAIN = 4;
    static final int DELCHAIN = 5;
    static final int NEWRULE = 6;
    static final int GETRULE = 7;
    static final int DELRULE = 8;
    static final int NEWSET = 9;
    static final int GETSET = 10;
    static final int DELSET = 11;
    static final int NEWSETELEM = 12;
    static final int GETSETELEM = 13;
    static final int DELSETELEM = 14;
    static final int NEWGEN = 15;
    static final int GETGEN = 16;
    static final int TRACE = 17;
    /** Kernel 6.3 and later. */
    static final int DESTROYSETELEM = 30;

    static final int BATCH_BEGIN = 0x10;
    static final int BATCH_END = 0x11;
    private static final int NFNL_BATCH_GENID = 1;

    private Wire() {}

    /** A message type as it stands in the header. */
    static int type(int message) {
        return SUBSYSTEM << 8 | message;
    }

    static Request request(String wanted, int message, int flags, int family, Consumer<Encoder> attributes) {
        Encoder body = new Encoder().u8(family).u8(0).be16(0);
        attributes.accept(body);
        return new Request(wanted, type(message), flags, body.toBytes());
    }

    static Request batchBegin(String wanted) {
        return batch(wanted, BATCH_BEGIN, body -> {});
    }

    /** @param generation the ruleset must still be at */
    static Request batchBegin(String wanted, long generation) {
        return batch(wanted, BATCH_BEGIN, body -> body.attributeBe32(NFNL_BATCH_GENID, generation));
    }

    static Request batchEnd(String wanted) {
        return batch(wanted, BATCH_END, body -> {});
    }

    private static Request batch(String wanted, int type, Consumer<Encoder> attributes) {
        Encoder body = new Encoder().u8(0).u8(0).be16(SUBSYSTEM);
        attributes.accept(body);
        return new Request(wanted, type, body.toBytes());
    }

    /** The family in a message's header. */
    static TableFamily family(Message message) {
        if (message.body().length < HEADER) {
            throw new DecodeException("an nfnetlink message of " + message.body().length + " bytes has no header");
        }
        return TableFamily.of(Byte.toUnsignedInt(message.body()[0]));
    }

    static Attributes attributes(Message message) {
        return message.attributes(HEADER);
    }
}
