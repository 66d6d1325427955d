package dev.fairlead.kernel.route;

/** Message types, groups and families of {@code <linux/rtnetlink.h>} and {@code <linux/socket.h>}. */
final class Rtm {
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_SETLINK = 19;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int RTM_NEWLINKPROP = 108;
    static final int RTM_DELLINKPROP = 109;

    static final int RTNLGRP_LINK = 1;
    static final int RTNLGRP_NEIGH = 3;
    static final int RTNLGRP_IPV4_IFADDR = 5;
    static final int RTNLGRP_IPV4_ROUTE = 7;
    static final int RTNLGRP_IPV6_IFADDR = 9;
    static final int RTNLGRP_IPV6_ROUTE = 11;

    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_BRIDGE = 7;
    static final int AF_INET6 = 10;

    /** {@code sizeof(struct ifinfomsg)}. */
    static final int IFINFOMSG = 16;

    /** {@code sizeof(struct ifaddrmsg)}. */
    static final int IFADDRMSG = 8;

    /** {@code sizeof(struct rtmsg)}. */
    static final int RTMSG = 12;

    /** {@code sizeof(struct ndmsg)}. */
    static final int NDMSG = 12;

    private Rtm() {}
}
