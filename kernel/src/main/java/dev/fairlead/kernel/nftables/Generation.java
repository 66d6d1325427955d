package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;

/**
 * A number that changes with every change to any table of a namespace, and who made the last change.
 *
 * @param id {@code NFTA_GEN_ID}
 * @param pid process that made the change, 0 when not said
 * @param process its name, empty when not said
 */
public record Generation(long id, long pid, String process) {
    private static final int NFTA_GEN_ID = 1;
    private static final int NFTA_GEN_PROC_PID = 2;
    private static final int NFTA_GEN_PROC_NAME = 3;

    static Generation decode(Attributes in) {
        return new Generation(
                in.require(NFTA_GEN_ID, "NFTA_GEN_ID").be32(),
                in.find(NFTA_GEN_PROC_PID).map(Attribute::be32).orElse(0L),
                in.find(NFTA_GEN_PROC_NAME).map(Attribute::string).orElse(""));
    }
}
