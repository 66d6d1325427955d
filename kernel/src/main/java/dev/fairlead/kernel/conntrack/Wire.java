package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import java.util.function.Consumer;

/** {@code enum cntl_msg_types} and the header {@code struct nfgenmsg}. */
final class Wire {
    /** {@code NETLINK_NETFILTER}. */
    static final int PROTOCOL = 12;

    static final int SUBSYSTEM = 1;
    static final int HEADER = 4;
    static final int NEW = 0;
    static final int GET = 1;
    static final int DELETE = 2;
    static final int GET_STATS = 5;

    private Wire() {}

    static Request request(String wanted, int message, int family, Consumer<Encoder> attributes) {
        // Version 1 tells the kernel that the family of a flush is meant.
        Encoder body = new Encoder().u8(family).u8(message == DELETE ? 1 : 0).be16(0);
        attributes.accept(body);
        return new Request(wanted, SUBSYSTEM << 8 | message, body.toBytes());
    }
}
