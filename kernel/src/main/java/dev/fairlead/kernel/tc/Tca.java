package dev.fairlead.kernel.tc;

/** Message types, attributes and constants of traffic control; a test compares them with the kernel's BTF. */
final class Tca {
    static final int RTM_NEWQDISC = 36;
    static final int RTM_DELQDISC = 37;
    static final int RTM_GETQDISC = 38;
    static final int RTM_NEWTFILTER = 44;
    static final int RTM_DELTFILTER = 45;
    static final int RTM_GETTFILTER = 46;

    /** {@code sizeof(struct tcmsg)}: family, padding, interface index, handle, parent, info. */
    static final int TCMSG = 20;

    static final int TCA_KIND = 1;
    static final int TCA_OPTIONS = 2;
    static final int TCA_STATS = 3;
    static final int TCA_STATS2 = 7;
    static final int TCA_CHAIN = 11;
    static final int TCA_HW_OFFLOAD = 12;

    static final int TCA_TBF_PARMS = 1;
    static final int TCA_TBF_RTAB = 2;
    static final int TCA_TBF_PTAB = 3;
    static final int TCA_TBF_RATE64 = 4;
    static final int TCA_TBF_PRATE64 = 5;
    static final int TCA_TBF_BURST = 6;
    static final int TCA_TBF_PBURST = 7;

    static final int TCA_U32_CLASSID = 1;
    static final int TCA_U32_HASH = 2;
    static final int TCA_U32_DIVISOR = 4;
    static final int TCA_U32_SEL = 5;
    static final int TCA_U32_ACT = 7;
    static final int TCA_U32_FLAGS = 11;

    static final int TCA_ACT_KIND = 1;
    static final int TCA_ACT_OPTIONS = 2;
    static final int TCA_MIRRED_TM = 1;
    static final int TCA_MIRRED_PARMS = 2;

    // Preprocessor constants: not in BTF.
    static final int TC_U32_TERMINAL = 1;
    static final int FLAGS_NOT_IN_HW = 8;
    static final int TC_ACT_STOLEN = 4;
    static final int TCA_EGRESS_REDIR = 1;
    static final int LINKLAYER_ETHERNET = 1;
    static final int ETH_P_ALL = 3;

    private Tca() {}
}
