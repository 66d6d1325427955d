package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Writes the packet to the kernel's log or to a group of listeners, {@code enum nft_log_attributes}. A group asked for as
 * well as a level is refused by the kernel.
 *
 * @param prefix at most 127 bytes, empty for none
 * @param group {@code NFLOG} group, {@link #NONE} for the kernel's log
 * @param snaplen bytes of the packet for a group, {@link #NONE} for all
 * @param threshold packets the kernel may gather for a group, {@link #NONE} when not given
 * @param level syslog level 0 to 8, {@link #NONE} for the kernel's choice
 * @param flags {@code NF_LOG_*}, {@link #NONE} when not given
 */
public record Log(String prefix, int group, int snaplen, int threshold, int level, int flags) implements Expression {
    public static final int NONE = -1;

    private static final int NFTA_LOG_GROUP = 1;
    private static final int NFTA_LOG_PREFIX = 2;
    private static final int NFTA_LOG_SNAPLEN = 3;
    private static final int NFTA_LOG_QTHRESHOLD = 4;
    private static final int NFTA_LOG_LEVEL = 5;
    private static final int NFTA_LOG_FLAGS = 6;

    @Override
    public String name() {
        return "log";
    }

    @Override
    public void encode(Encoder out) {
        if (!prefix.isEmpty()) {
            out.attributeString(NFTA_LOG_PREFIX, prefix);
        }
        if (group != NONE) {
            out.attributeBe16(NFTA_LOG_GROUP, group);
        }
        if (snaplen != NONE) {
            out.attributeBe32(NFTA_LOG_SNAPLEN, snaplen);
        }
        if (threshold != NONE) {
            out.attributeBe16(NFTA_LOG_QTHRESHOLD, threshold);
        }
        if (level != NONE) {
            out.attributeBe32(NFTA_LOG_LEVEL, level);
        }
        if (flags != NONE) {
            out.attributeBe32(NFTA_LOG_FLAGS, flags);
        }
    }

    static Optional<Log> decode(Fields in) {
        return Optional.of(new Log(
                in.has(NFTA_LOG_PREFIX) ? in.string(NFTA_LOG_PREFIX) : "",
                in.be16(NFTA_LOG_GROUP, NONE),
                in.be32(NFTA_LOG_SNAPLEN, NONE),
                in.be16(NFTA_LOG_QTHRESHOLD, NONE),
                in.be32(NFTA_LOG_LEVEL, NONE),
                in.be32(NFTA_LOG_FLAGS, NONE)));
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("log");
        if (!prefix.isEmpty()) {
            text.append(" prefix ").append(prefix);
        }
        if (group != NONE) {
            text.append(" group ").append(group).append(" snaplen ").append(Math.max(0, snaplen));
            text.append(" qthreshold ").append(Math.max(0, threshold));
        } else if (level != NONE || flags != NONE) {
            text.append(" level ").append(Math.max(0, level));
            String[] names = {"tcpseq", "tcpopt", "ipopt", "uid", "nflog", "macdecode"};
            for (int bit = 0; flags != NONE && bit < names.length; bit++) {
                text.append((flags >> bit & 1) == 1 ? " " + names[bit] : "");
            }
        }
        return text.toString();
    }
}
