package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Verdict;

/**
 * One step of a traced packet through a table, {@code enum nft_trace_attributes}: a rule that matched, or a chain's end.
 *
 * @param id the same for all steps of a packet at one hook; another at the next hook
 * @param kind what decided
 * @param ruleHandle 0 where no rule did; a RULE step with 0 and the verdict continue is a chain's end, as newer kernels say
 *     it
 * @param verdict of the rule, or the policy at a base chain's end
 * @param linkHeader empty but at a packet's first step; so are the other headers
 * @param inputInterface index, 0 for none
 * @param outputInterface index, 0 for none
 * @param nfproto {@code NFPROTO_IPV4} (2), {@code NFPROTO_IPV6} (10), …: what the packet is, at its first step; else 0
 * @param connection what tracking knows, since kernel 6.16; {@link Connection#UNKNOWN} before and for untracked packets
 */
public record TraceEvent(
        TableFamily family,
        String table,
        String chain,
        long id,
        Kind kind,
        long ruleHandle,
        Verdict verdict,
        Bytes linkHeader,
        Bytes networkHeader,
        Bytes transportHeader,
        int inputInterface,
        int outputInterface,
        long mark,
        int nfproto,
        Connection connection) {
    private static final int NFTA_TRACE_TABLE = 1;
    private static final int NFTA_TRACE_CHAIN = 2;
    private static final int NFTA_TRACE_RULE_HANDLE = 3;
    private static final int NFTA_TRACE_TYPE = 4;
    private static final int NFTA_TRACE_VERDICT = 5;
    private static final int NFTA_TRACE_ID = 6;
    private static final int NFTA_TRACE_LL_HEADER = 7;
    private static final int NFTA_TRACE_NETWORK_HEADER = 8;
    private static final int NFTA_TRACE_TRANSPORT_HEADER = 9;
    private static final int NFTA_TRACE_IIF = 10;
    private static final int NFTA_TRACE_OIF = 12;
    private static final int NFTA_TRACE_MARK = 14;
    private static final int NFTA_TRACE_NFPROTO = 15;
    private static final int NFTA_TRACE_POLICY = 16;
    private static final int NFTA_TRACE_CT_ID = 18;
    private static final int NFTA_TRACE_CT_DIRECTION = 19;
    private static final int NFTA_TRACE_CT_STATUS = 20;
    private static final int NFTA_TRACE_CT_STATE = 21;

    /** {@code enum nft_trace_types}. */
    public enum Kind {
        /** Something that isn't known here. */
        OTHER,
        /** The end of a base chain: its policy decides. */
        POLICY,
        /** The end of a chain that was jumped to. */
        RETURN,
        /** A rule that matched. */
        RULE;

        static Kind of(long number) {
            return number > 0 && number < values().length ? values()[(int) number] : OTHER;
        }
    }

    /**
     * The packet's place in connection tracking.
     *
     * @param id of the flow, as an unsigned 32-bit number; 0 for none
     * @param reply whether it goes in the reply direction
     * @param status {@code IPS_*} bits
     * @param state bits of {@code ct state}
     */
    public record Connection(long id, boolean reply, int status, int state) {
        public static final Connection UNKNOWN = new Connection(0, false, 0, 0);
    }

    static TraceEvent decode(Message message) {
        Attributes in = Wire.attributes(message);
        return new TraceEvent(
                Wire.family(message),
                in.find(NFTA_TRACE_TABLE).map(Attribute::string).orElse(""),
                in.find(NFTA_TRACE_CHAIN).map(Attribute::string).orElse(""),
                number(in, NFTA_TRACE_ID),
                Kind.of(number(in, NFTA_TRACE_TYPE)),
                in.find(NFTA_TRACE_RULE_HANDLE).map(Attribute::be64).orElse(0L),
                verdict(in),
                bytes(in, NFTA_TRACE_LL_HEADER),
                bytes(in, NFTA_TRACE_NETWORK_HEADER),
                bytes(in, NFTA_TRACE_TRANSPORT_HEADER),
                (int) number(in, NFTA_TRACE_IIF),
                (int) number(in, NFTA_TRACE_OIF),
                number(in, NFTA_TRACE_MARK),
                (int) number(in, NFTA_TRACE_NFPROTO),
                connection(in));
    }

    private static long number(Attributes in, int type) {
        return in.find(type).map(Attribute::be32).orElse(0L);
    }

    private static Bytes bytes(Attributes in, int type) {
        return in.find(type).map(a -> Bytes.of(a.bytes())).orElse(Bytes.EMPTY);
    }

    private static Verdict verdict(Attributes in) {
        return in.find(NFTA_TRACE_VERDICT)
                .map(a -> Verdict.decode(a.nested()))
                .or(() -> in.find(NFTA_TRACE_POLICY).map(a -> a.be32() == 0 ? Verdict.DROP : Verdict.ACCEPT))
                .orElse(Verdict.CONTINUE);
    }

    private static Connection connection(Attributes in) {
        if (!in.has(NFTA_TRACE_CT_ID) && !in.has(NFTA_TRACE_CT_STATE)) {
            return Connection.UNKNOWN;
        }
        return new Connection(
                number(in, NFTA_TRACE_CT_ID),
                in.find(NFTA_TRACE_CT_DIRECTION).map(a -> a.u8() == 1).orElse(false),
                (int) number(in, NFTA_TRACE_CT_STATUS),
                (int) number(in, NFTA_TRACE_CT_STATE));
    }
}
