package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Family;
import dev.fairlead.kernel.netlink.Schema;

/** The kernel's names for what goes over the wire, for the explain mode and for errors. */
final class NftablesProtocol {
    static final Family FAMILY = new Family(Wire.PROTOCOL, "nftables", NftablesProtocol::format);

    private NftablesProtocol() {}

    private static Family.MessageFormat format(int type) {
        return new Family.MessageFormat("type " + type, Wire.HEADER, body -> "", Schema.of());
    }
}
