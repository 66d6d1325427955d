package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Rta.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Routes as bytes: {@code struct rtmsg} and attributes. */
final class RouteCodec {
    /** The next hop's part of {@code rtm_flags}: {@code RTNH_F_*} share it with {@code RTM_F_*}. */
    private static final int HOP_FLAGS = 0xff;

    /** {@code sizeof(struct rtnexthop)}: u16 length, u8 flags, u8 weight - 1, u32 index. */
    private static final int RTNEXTHOP = 8;

    private RouteCodec() {}

    static Route decode(Message message) {
        Attributes a = message.attributes(Rtm.RTMSG);
        ByteBuffer header = message.buffer();
        Family family = RouteText.family(u8(header, 0));
        int flags = header.getInt(8);
        List<NextHop> hops = hops(a, family, flags & HOP_FLAGS);
        boolean single = hops.size() == 1 && !a.has(RTA_MULTIPATH);
        return new Route(
                new RouteType(u8(header, 7)),
                prefix(a, RTA_DST, family, u8(header, 1)).network(),
                prefix(a, RTA_SRC, family, u8(header, 2)),
                u8(header, 3),
                hops,
                new RouteTable(a.find(RTA_TABLE).map(Attribute::u32).orElse((long) u8(header, 4))),
                new RouteProtocol(u8(header, 5)),
                new Scope(u8(header, 6)),
                a.find(RTA_PREFSRC).map(value -> ip(value, family)).orElse(Route.unspecified(family)),
                a.find(RTA_PRIORITY).map(Attribute::u32).orElse(0L),
                single ? flags & ~HOP_FLAGS : flags,
                a.find(RTA_METRICS)
                        .map(value -> RouteMetrics.decode(value.nested()))
                        .orElse(RouteMetrics.NONE),
                rest(a));
    }

    private static int u8(ByteBuffer buffer, int at) {
        return Byte.toUnsignedInt(buffer.get(at));
    }

    private static List<Attribute> rest(Attributes a) {
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            switch (attribute.type()) {
                case RTA_DST,
                        RTA_SRC,
                        RTA_OIF,
                        RTA_GATEWAY,
                        RTA_VIA,
                        RTA_TABLE,
                        RTA_PREFSRC,
                        RTA_PRIORITY,
                        RTA_METRICS,
                        RTA_MULTIPATH -> {}
                default -> rest.add(attribute);
            }
        }
        return rest;
    }

    private static Prefix prefix(Attributes a, int type, Family family, int length) {
        if (length > family.bits()) {
            throw new DecodeException("a route of " + family + " has a prefix of length " + length);
        }
        return new Prefix(a.find(type).map(value -> ip(value, family)).orElse(Route.unspecified(family)), length);
    }

    private static Ip ip(Attribute attribute, Family family) {
        Ip ip = attribute.ip();
        if (ip.family() != family) {
            throw new DecodeException("an address of another family, " + ip + ", in a route of " + family);
        }
        return ip;
    }

    private static List<NextHop> hops(Attributes a, Family family, int flags) {
        Optional<Attribute> several = a.find(RTA_MULTIPATH);
        if (several.isPresent()) {
            return multipath(several.get().bytes(), family);
        }
        if (!a.has(RTA_OIF) && !a.has(RTA_GATEWAY) && !a.has(RTA_VIA)) {
            return List.of();
        }
        int device = a.find(RTA_OIF).map(Attribute::s32).orElse(0);
        return List.of(new NextHop(gateway(a, family), device, 1, flags));
    }

    private static Ip gateway(Attributes a, Family family) {
        Optional<Attribute> via = a.find(RTA_VIA);
        if (via.isPresent()) { // struct rtvia: u16 family, then the address
            byte[] bytes = via.get().bytes();
            if (bytes.length != 6 && bytes.length != 18) {
                throw new DecodeException("RTA_VIA has " + bytes.length + " bytes");
            }
            return Ip.of(Arrays.copyOfRange(bytes, 2, bytes.length));
        }
        return a.find(RTA_GATEWAY).map(value -> ip(value, family)).orElse(Route.unspecified(family));
    }

    private static List<NextHop> multipath(byte[] bytes, Family family) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<NextHop> hops = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int left = bytes.length - at;
            int length = left < RTNEXTHOP ? 0 : Short.toUnsignedInt(buffer.getShort(at));
            if (length < RTNEXTHOP || length > left) {
                throw new DecodeException(
                        "a next hop says it is " + length + " bytes long where " + left + " are left");
            }
            Attributes inner = Attributes.parse(ByteBuffer.wrap(bytes, at + RTNEXTHOP, length - RTNEXTHOP));
            hops.add(new NextHop(
                    gateway(inner, family), buffer.getInt(at + 4), u8(buffer, at + 3) + 1, u8(buffer, at + 2)));
            at += length + 3 & ~3;
        }
        return hops;
    }

    static byte[] encode(Route route) {
        Encoder encoder = new Encoder();
        encodeHeader(encoder, route);
        encodeAddresses(encoder, route);
        encodeHops(encoder, route);
        if (route.table().id() >= 256) {
            encoder.attributeU32(RTA_TABLE, route.table().id());
        }
        if (route.metric() != 0) {
            encoder.attributeU32(RTA_PRIORITY, route.metric());
        }
        if (!route.metrics().isEmpty()) {
            encoder.nested(RTA_METRICS, route.metrics()::encode);
        }
        for (Attribute attribute : route.rest()) {
            encoder.copy(attribute);
        }
        return encoder.toBytes();
    }

    private static void encodeHeader(Encoder encoder, Route route) {
        long table = route.table().id();
        int hopFlags = route.hops().size() == 1 ? route.hops().getFirst().flags() : 0;
        encoder.u8(route.family().number())
                .u8(route.destination().length())
                .u8(route.source().length())
                .u8(route.tos())
                .u8((int) (table < 256 ? table : 0))
                .u8(route.protocol().number())
                .u8(route.scope().number())
                .u8(route.type().number())
                .u32(route.flags() | hopFlags);
    }

    private static void encodeAddresses(Encoder encoder, Route route) {
        if (route.destination().length() > 0) {
            encoder.attributeIp(RTA_DST, route.destination().address());
        }
        if (route.source().length() > 0) {
            encoder.attributeIp(RTA_SRC, route.source().address());
        }
        if (!route.preferredSource().isUnspecified()) {
            encoder.attributeIp(RTA_PREFSRC, route.preferredSource());
        }
    }

    private static void encodeHops(Encoder encoder, Route route) {
        if (route.hops().size() > 1) {
            encoder.attribute(RTA_MULTIPATH, multipath(route));
            return;
        }
        for (NextHop only : route.hops()) {
            encodeGateway(encoder, only, route.family());
            if (only.device() != 0) {
                encoder.attributeU32(RTA_OIF, only.device());
            }
        }
    }

    private static void encodeGateway(Encoder encoder, NextHop hop, Family family) {
        if (!hop.hasGateway()) {
            return;
        }
        if (hop.gateway().family() == family) {
            encoder.attributeIp(RTA_GATEWAY, hop.gateway());
        } else {
            byte[] address = hop.gateway().bytes();
            encoder.attribute(
                    RTA_VIA,
                    new Encoder()
                            .u16(hop.gateway().family().number())
                            .bytes(address)
                            .toBytes());
        }
    }

    private static byte[] multipath(Route route) {
        Encoder all = new Encoder();
        for (NextHop hop : route.hops()) {
            Encoder inner = new Encoder();
            encodeGateway(inner, hop, route.family());
            byte[] attributes = inner.toBytes();
            all.u16(RTNEXTHOP + attributes.length)
                    .u8(hop.flags())
                    .u8(hop.weight() - 1)
                    .u32(hop.device())
                    .bytes(attributes);
        }
        return all.toBytes();
    }
}
