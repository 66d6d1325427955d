package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Rta.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.packet.Family;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Routes as text, in the order and words of iproute2's {@code print_route}. */
final class RouteText {
    private static final String[] FLAGS = {"dead", "pervasive", "onlink", "offload", "linkdown", "unresolved", "trap"};

    /** The order in which {@code ip} prints the bits of {@link #FLAGS}. */
    private static final int[] FLAG_ORDER = {0, 2, 1, 3, 6, 4, 5};

    private static final String[] PREFERENCES = {"medium", "high", "2", "low"};

    private RouteText() {}

    static Family family(int number) {
        return switch (number) {
            case Rtm.AF_INET -> Family.IPV4;
            case Rtm.AF_INET6 -> Family.IPV6;
            default -> throw new DecodeException("address family " + number + " is neither IPv4 nor IPv6");
        };
    }

    static String of(Route route, DeviceNames names) {
        StringBuilder text = new StringBuilder();
        word(text, !route.type().equals(RouteType.UNICAST), route.type().toString());
        word(text, true, destination(route));
        boolean from = route.source().length() > 0;
        boolean host = route.source().length() == route.family().bits();
        word(text, from, "from " + (host ? route.source().address() : route.source()));
        word(text, route.tos() != 0, "tos 0x" + Integer.toHexString(route.tos()));
        if (route.hops().size() == 1) {
            hop(text, route.hops().getFirst(), route.family(), names);
        }
        word(text, !route.table().equals(RouteTable.MAIN) && route.table().id() != 0, "table " + route.table());
        boolean lookedUp = (route.flags() & FLAG_CLONED) != 0;
        word(text, !lookedUp && !route.protocol().equals(RouteProtocol.BOOT), "proto " + route.protocol());
        word(text, !lookedUp && !route.scope().equals(Scope.UNIVERSE), "scope " + route.scope());
        word(text, !route.preferredSource().isUnspecified(), "src " + route.preferredSource());
        word(text, route.metric() != 0 || isReadIpv6(route), "metric " + route.metric());
        flags(
                text,
                route.flags()
                        | (route.hops().size() == 1 ? route.hops().getFirst().flags() : 0));
        rest(text, route, names);
        if (route.hops().size() > 1) {
            for (NextHop hop : route.hops()) {
                text.append("\n\tnexthop ");
                hop(text, hop, route.family(), names);
                word(text, true, "weight " + hop.weight());
                flags(text, hop.flags());
                text.setLength(text.length() - 1);
            }
            return text.toString();
        }
        return text.toString().strip();
    }

    /** The kernel gives each IPv6 route a metric, 0 too, and a preference, which a route of our own making doesn't have. */
    private static boolean isReadIpv6(Route route) {
        for (Attribute attribute : route.rest()) {
            if (attribute.type() == RTA_PREF) {
                return true;
            }
        }
        return false;
    }

    private static String destination(Route route) {
        if (route.isDefault()) {
            return "default";
        }
        boolean host = route.destination().length() == route.family().bits();
        return host
                ? route.destination().address().toString()
                : route.destination().toString();
    }

    private static void hop(StringBuilder text, NextHop hop, Family family, DeviceNames names) {
        String other = hop.gateway().family() == family ? "" : hop.gateway().isIpv6() ? "inet6 " : "inet ";
        word(text, hop.hasGateway(), "via " + other + hop.gateway());
        word(text, hop.device() != 0, "dev " + names.of(hop.device()));
    }

    private static void flags(StringBuilder text, int flags) {
        for (int bit : FLAG_ORDER) {
            word(text, (flags >> bit & 1) == 1, FLAGS[bit]);
        }
    }

    private static void rest(StringBuilder text, Route route, DeviceNames names) {
        for (Attribute attribute : route.rest()) {
            if (attribute.type() == RTA_MARK && attribute.u32() != 0) {
                long mark = attribute.u32();
                word(text, true, "mark " + (mark >= 16 ? "0x" + Long.toHexString(mark) : Long.toString(mark)));
            } else if (attribute.type() == RTA_UID) {
                word(text, true, "uid " + attribute.u32());
            }
        }
        if ((route.flags() & FLAG_CLONED) != 0 && route.family() == Family.IPV4) {
            text.append("\n    cache ");
            cacheFlags(text, route.flags());
        }
        for (Attribute attribute : route.rest()) {
            if (attribute.type() == RTA_CACHEINFO) {
                cache(text, attribute.bytes());
            }
        }
        word(text, !route.metrics().isEmpty(), route.metrics().toString());
        for (Attribute attribute : route.rest()) {
            if (attribute.type() == RTA_IIF) {
                word(text, true, "iif " + names.of(attribute.s32()));
            } else if (attribute.type() == RTA_PREF) {
                int preference = attribute.u8();
                word(text, true, "pref " + (preference < 4 ? PREFERENCES[preference] : Integer.toString(preference)));
            }
        }
    }

    /** {@code RTCF_*} of {@code <linux/in_route.h>}, in the upper half of the flags of a resolved route. */
    private static void cacheFlags(StringBuilder text, int flags) {
        int left = flags & 0xffff0000;
        if (left == 0) {
            return;
        }
        String[] names = {"local", "reject", "mc", "brd", "redirect"};
        int[] bits = {0x80000000, 0x40000000, 0x20000000, 0x10000000, 0x01000000};
        text.append('<');
        for (int i = 0; i < names.length; i++) {
            if ((left & bits[i]) != 0) {
                left &= ~bits[i];
                text.append(names[i]).append(left == 0 ? "> " : ",");
            }
        }
        text.append(left == 0 ? "" : Integer.toHexString(left) + "> ");
    }

    /** {@code struct rta_cacheinfo}: u32 references, last use, s32 expires in 1/100 s, u32 error, used, … */
    private static void cache(StringBuilder text, byte[] bytes) {
        if (bytes.length < 16) {
            return;
        }
        ByteBuffer info = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int expires = info.getInt(8);
        int error = info.getInt(12);
        word(text, expires != 0, "expires " + expires / 100 + "sec");
        word(text, error != 0, "error " + Integer.toUnsignedString(error));
    }

    private static void word(StringBuilder text, boolean present, String word) {
        if (present && !word.isEmpty()) {
            text.append(word).append(' ');
        }
    }
}
