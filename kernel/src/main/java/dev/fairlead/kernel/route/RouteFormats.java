package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Family.MessageFormat;
import dev.fairlead.kernel.tc.TcFormats;

/** How route netlink messages read; loaded only when something has to be explained. */
final class RouteFormats {
    private RouteFormats() {}

    static MessageFormat of(int type) {
        return switch (type) {
            case Rtm.RTM_NEWLINK -> link("RTM_NEWLINK");
            case Rtm.RTM_DELLINK -> link("RTM_DELLINK");
            case Rtm.RTM_GETLINK -> link("RTM_GETLINK");
            case Rtm.RTM_SETLINK -> link("RTM_SETLINK");
            case Rtm.RTM_NEWLINKPROP -> link("RTM_NEWLINKPROP");
            case Rtm.RTM_DELLINKPROP -> link("RTM_DELLINKPROP");
            case Rtm.RTM_NEWADDR -> address("RTM_NEWADDR");
            case Rtm.RTM_DELADDR -> address("RTM_DELADDR");
            case Rtm.RTM_GETADDR -> address("RTM_GETADDR");
            case Rtm.RTM_NEWROUTE -> route("RTM_NEWROUTE");
            case Rtm.RTM_DELROUTE -> route("RTM_DELROUTE");
            case Rtm.RTM_GETROUTE -> route("RTM_GETROUTE");
            case Rtm.RTM_NEWNEIGH -> neighbour("RTM_NEWNEIGH");
            case Rtm.RTM_DELNEIGH -> neighbour("RTM_DELNEIGH");
            case Rtm.RTM_GETNEIGH -> neighbour("RTM_GETNEIGH");
            default -> TcFormats.of(type);
        };
    }

    private static MessageFormat link(String name) {
        return new MessageFormat(
                name,
                Rtm.IFINFOMSG,
                b -> "family " + (b.get(0) & 0xff) + " index " + b.getInt(4) + " flags 0x"
                        + Integer.toHexString(b.getInt(8)) + " change 0x" + Integer.toHexString(b.getInt(12)),
                LinkSchema.LINK);
    }

    private static MessageFormat address(String name) {
        return new MessageFormat(
                name,
                Rtm.IFADDRMSG,
                b -> "family " + (b.get(0) & 0xff) + " length " + (b.get(1) & 0xff) + " flags 0x"
                        + Integer.toHexString(b.get(2) & 0xff) + " scope " + new Scope(b.get(3) & 0xff) + " index "
                        + b.getInt(4),
                RouteSchema.ADDRESS);
    }

    private static MessageFormat route(String name) {
        return new MessageFormat(
                name,
                Rtm.RTMSG,
                b -> "family " + (b.get(0) & 0xff) + " destination /" + (b.get(1) & 0xff) + " source /"
                        + (b.get(2) & 0xff) + " tos " + (b.get(3) & 0xff) + " table " + (b.get(4) & 0xff)
                        + " protocol " + new RouteProtocol(b.get(5) & 0xff) + " scope " + new Scope(b.get(6) & 0xff)
                        + " type " + new RouteType(b.get(7) & 0xff) + " flags 0x" + Integer.toHexString(b.getInt(8)),
                RouteSchema.ROUTE);
    }

    private static MessageFormat neighbour(String name) {
        return new MessageFormat(
                name,
                Rtm.NDMSG,
                b -> "family " + (b.get(0) & 0xff) + " index " + b.getInt(4) + " state 0x"
                        + Integer.toHexString(b.getShort(8) & 0xffff) + " flags 0x"
                        + Integer.toHexString(b.get(10) & 0xff) + " type " + (b.get(11) & 0xff),
                RouteSchema.NEIGHBOUR);
    }
}
