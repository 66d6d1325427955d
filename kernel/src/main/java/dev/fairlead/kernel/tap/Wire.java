package dev.fairlead.kernel.tap;

/** Numbers of {@code <linux/if_ether.h>}, {@code <linux/in.h>}, {@code <linux/icmp.h>} and {@code <linux/icmpv6.h>}. */
final class Wire {
    private Wire() {}

    static final int ETH_HLEN = 14;
    static final int ETH_P_ALL = 0x0003;
    static final int ETH_P_IP = 0x0800;
    static final int ETH_P_IPV6 = 0x86dd;

    static final int IPPROTO_ICMP = 1;
    static final int IPPROTO_ICMPV6 = 58;

    static final int ICMP_ECHOREPLY = 0;
    static final int ICMP_ECHO = 8;
    static final int ICMPV6_ECHO_REQUEST = 128;
    static final int ICMPV6_ECHO_REPLY = 129;

    static final int ICMP_DEST_UNREACH = 3;
    static final int ICMP_TIME_EXCEEDED = 11;
    static final int ICMP_PARAMETERPROB = 12;
    static final int ICMP_FRAG_NEEDED = 4;

    static final int ICMPV6_DEST_UNREACH = 1;
    static final int ICMPV6_PKT_TOOBIG = 2;
    static final int ICMPV6_TIME_EXCEED = 3;
    static final int ICMPV6_PARAMPROB = 4;
}
