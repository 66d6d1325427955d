package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.expression.Payload.Header.LINK;
import static dev.fairlead.kernel.nftables.expression.Payload.Header.NETWORK;
import static dev.fairlead.kernel.nftables.expression.Payload.Header.TRANSPORT;

import dev.fairlead.kernel.nftables.Field.Needs;
import dev.fairlead.kernel.nftables.expression.Ct;
import dev.fairlead.kernel.nftables.expression.Fib;
import dev.fairlead.kernel.nftables.expression.Meta;
import dev.fairlead.kernel.nftables.expression.Payload;

/** The fields a rule can name, in nft's words. Meant for static import. */
public final class Fields {
    public static final Field IP_SADDR = ip("saddr", ScalarType.IPV4_ADDR, 12);
    public static final Field IP_DADDR = ip("daddr", ScalarType.IPV4_ADDR, 16);
    public static final Field IP_PROTOCOL = ip("protocol", ScalarType.INET_PROTO, 9);
    public static final Field IP6_SADDR = ip6("saddr", ScalarType.IPV6_ADDR, 8);
    public static final Field IP6_DADDR = ip6("daddr", ScalarType.IPV6_ADDR, 24);
    public static final Field IP6_NEXTHDR = ip6("nexthdr", ScalarType.INET_PROTO, 6);
    public static final Field ETHER_SADDR =
            new Field("ether saddr", ScalarType.ETHER_ADDR, Needs.ETHERNET, new Payload.Load(LINK, 6, 6, 1));
    public static final Field ETHER_DADDR =
            new Field("ether daddr", ScalarType.ETHER_ADDR, Needs.ETHERNET, new Payload.Load(LINK, 0, 6, 1));

    /** What stands in the frame: a VLAN tag is seen here, and {@link #META_PROTOCOL} looks behind it. */
    public static final Field ETHER_TYPE =
            new Field("ether type", ScalarType.ETHER_TYPE, Needs.ETHERNET, new Payload.Load(LINK, 12, 2, 1));

    /** Ports of whatever transport protocol it is. */
    public static final Field TH_SPORT = transport("th sport", ScalarType.INET_SERVICE, Needs.NOTHING, 0, 2);

    public static final Field TH_DPORT = transport("th dport", ScalarType.INET_SERVICE, Needs.NOTHING, 2, 2);
    public static final Field TCP_SPORT = transport("tcp sport", ScalarType.INET_SERVICE, Needs.TCP, 0, 2);
    public static final Field TCP_DPORT = transport("tcp dport", ScalarType.INET_SERVICE, Needs.TCP, 2, 2);
    public static final Field TCP_FLAGS = transport("tcp flags", ScalarType.TCP_FLAG, Needs.TCP, 13, 1);
    public static final Field UDP_SPORT = transport("udp sport", ScalarType.INET_SERVICE, Needs.UDP, 0, 2);
    public static final Field UDP_DPORT = transport("udp dport", ScalarType.INET_SERVICE, Needs.UDP, 2, 2);
    public static final Field SCTP_SPORT = transport("sctp sport", ScalarType.INET_SERVICE, Needs.SCTP, 0, 2);
    public static final Field SCTP_DPORT = transport("sctp dport", ScalarType.INET_SERVICE, Needs.SCTP, 2, 2);
    public static final Field ICMP_TYPE = transport("icmp type", ScalarType.ICMP, Needs.ICMP, 0, 1);
    public static final Field ICMPV6_TYPE = transport("icmpv6 type", ScalarType.ICMPV6, Needs.ICMPV6, 0, 1);

    public static final Field META_NFPROTO = meta("meta nfproto", ScalarType.NF_PROTO, Meta.Key.NFPROTO);
    public static final Field META_L4PROTO = meta("meta l4proto", ScalarType.INET_PROTO, Meta.Key.L4PROTO);
    public static final Field META_PROTOCOL = meta("meta protocol", ScalarType.ETHER_TYPE, Meta.Key.PROTOCOL);
    public static final Field META_MARK = meta("meta mark", ScalarType.MARK, Meta.Key.MARK);
    public static final Field META_PKTTYPE = meta("meta pkttype", ScalarType.PKT_TYPE, Meta.Key.PKTTYPE);
    public static final Field META_NFTRACE = meta("meta nftrace", ScalarType.BOOLEAN, Meta.Key.NFTRACE);
    public static final Field META_BROUTE = meta("meta broute", ScalarType.BOOLEAN, Meta.Key.BRI_BROUTE);
    public static final Field META_IBRNAME = meta("meta ibrname", ScalarType.IFNAME, Meta.Key.BRI_IIFNAME);
    public static final Field META_OBRNAME = meta("meta obrname", ScalarType.IFNAME, Meta.Key.BRI_OIFNAME);

    /** Interface index; printed as a number where nft prints the name. */
    public static final Field IIF = meta("iif", ScalarType.IFACE_INDEX, Meta.Key.IIF);

    public static final Field OIF = meta("oif", ScalarType.IFACE_INDEX, Meta.Key.OIF);
    public static final Field IIFNAME = meta("iifname", ScalarType.IFNAME, Meta.Key.IIFNAME);
    public static final Field OIFNAME = meta("oifname", ScalarType.IFNAME, Meta.Key.OIFNAME);

    public static final Field CT_STATE = ct("ct state", ScalarType.STATE, Ct.Key.STATE, Ct.Direction.ANY);
    public static final Field CT_STATUS = ct("ct status", ScalarType.STATUS, Ct.Key.STATUS, Ct.Direction.ANY);
    public static final Field CT_DIRECTION =
            ct("ct direction", ScalarType.DIRECTION, Ct.Key.DIRECTION, Ct.Direction.ANY);
    public static final Field CT_MARK = ct("ct mark", ScalarType.MARK, Ct.Key.MARK, Ct.Direction.ANY);
    public static final Field CT_ZONE = ct("ct zone", ScalarType.ZONE, Ct.Key.ZONE, Ct.Direction.ANY);
    public static final Field CT_ORIGINAL_IP_SADDR = original("ip saddr", ScalarType.IPV4_ADDR, Ct.Key.SRC_IP);
    public static final Field CT_ORIGINAL_IP_DADDR = original("ip daddr", ScalarType.IPV4_ADDR, Ct.Key.DST_IP);
    public static final Field CT_ORIGINAL_IP6_SADDR = original("ip6 saddr", ScalarType.IPV6_ADDR, Ct.Key.SRC_IP6);
    public static final Field CT_ORIGINAL_IP6_DADDR = original("ip6 daddr", ScalarType.IPV6_ADDR, Ct.Key.DST_IP6);
    /** Ports of the connection; nft can only print them in a rule that matches one transport protocol before. */
    public static final Field CT_ORIGINAL_PROTO_SRC = original("proto-src", ScalarType.INET_SERVICE, Ct.Key.PROTO_SRC);

    public static final Field CT_ORIGINAL_PROTO_DST = original("proto-dst", ScalarType.INET_SERVICE, Ct.Key.PROTO_DST);
    public static final Field CT_REPLY_IP_SADDR = reply("ip saddr", ScalarType.IPV4_ADDR, Ct.Key.SRC_IP);
    public static final Field CT_REPLY_IP_DADDR = reply("ip daddr", ScalarType.IPV4_ADDR, Ct.Key.DST_IP);
    public static final Field CT_REPLY_IP6_SADDR = reply("ip6 saddr", ScalarType.IPV6_ADDR, Ct.Key.SRC_IP6);
    public static final Field CT_REPLY_IP6_DADDR = reply("ip6 daddr", ScalarType.IPV6_ADDR, Ct.Key.DST_IP6);
    public static final Field CT_REPLY_PROTO_SRC = reply("proto-src", ScalarType.INET_SERVICE, Ct.Key.PROTO_SRC);
    public static final Field CT_REPLY_PROTO_DST = reply("proto-dst", ScalarType.INET_SERVICE, Ct.Key.PROTO_DST);

    public static final Field FIB_SADDR_TYPE = fibType("saddr", Fib.SADDR);
    public static final Field FIB_DADDR_TYPE = fibType("daddr", Fib.DADDR);
    public static final Field FIB_DADDR_IIF_TYPE = fibType("daddr . iif", Fib.DADDR | Fib.IIF);

    /** Whether the source is routed back by the device it came in by: {@code is("missing")} finds spoofed packets. */
    public static final Field FIB_SADDR_IIF_OIF = new Field(
            "fib saddr . iif oif",
            ScalarType.PRESENCE,
            Needs.NOTHING,
            new Fib(Fib.OIF, Fib.SADDR | Fib.IIF | Fib.PRESENT, 1));

    static final Field[] ALL = {
        IP_SADDR,
        IP_DADDR,
        IP_PROTOCOL,
        IP6_SADDR,
        IP6_DADDR,
        IP6_NEXTHDR,
        ETHER_SADDR,
        ETHER_DADDR,
        ETHER_TYPE,
        TH_SPORT,
        TH_DPORT,
        TCP_SPORT,
        TCP_DPORT,
        TCP_FLAGS,
        UDP_SPORT,
        UDP_DPORT,
        SCTP_SPORT,
        SCTP_DPORT,
        ICMP_TYPE,
        ICMPV6_TYPE,
        META_NFPROTO,
        META_L4PROTO,
        META_PROTOCOL,
        META_MARK,
        META_PKTTYPE,
        META_NFTRACE,
        META_BROUTE,
        META_IBRNAME,
        META_OBRNAME,
        IIF,
        OIF,
        IIFNAME,
        OIFNAME,
        CT_STATE,
        CT_STATUS,
        CT_DIRECTION,
        CT_MARK,
        CT_ZONE,
        CT_ORIGINAL_IP_SADDR,
        CT_ORIGINAL_IP_DADDR,
        CT_ORIGINAL_IP6_SADDR,
        CT_ORIGINAL_IP6_DADDR,
        CT_ORIGINAL_PROTO_SRC,
        CT_ORIGINAL_PROTO_DST,
        CT_REPLY_IP_SADDR,
        CT_REPLY_IP_DADDR,
        CT_REPLY_IP6_SADDR,
        CT_REPLY_IP6_DADDR,
        CT_REPLY_PROTO_SRC,
        CT_REPLY_PROTO_DST,
        FIB_SADDR_TYPE,
        FIB_DADDR_TYPE,
        FIB_DADDR_IIF_TYPE,
        FIB_SADDR_IIF_OIF
    };

    private Fields() {}

    /**
     * Bytes that have no name here, {@code @th,64,128} in nft's words; what the packet is must be matched before.
     *
     * @param offset in bytes
     */
    public static Field raw(Payload.Header header, int offset, ScalarType type) {
        return new Field(
                RuleContext.raw(header, offset, type.length()),
                type,
                Needs.NOTHING,
                new Payload.Load(header, offset, type.length(), 1));
    }

    private static Field ip(String name, ScalarType type, int offset) {
        return new Field("ip " + name, type, Needs.IPV4, new Payload.Load(NETWORK, offset, type.length(), 1));
    }

    private static Field ip6(String name, ScalarType type, int offset) {
        return new Field("ip6 " + name, type, Needs.IPV6, new Payload.Load(NETWORK, offset, type.length(), 1));
    }

    private static Field transport(String text, ScalarType type, Needs needs, int offset, int length) {
        return new Field(text, type, needs, new Payload.Load(TRANSPORT, offset, length, 1));
    }

    private static Field meta(String text, ScalarType type, Meta.Key key) {
        return new Field(text, type, Needs.NOTHING, new Meta.Load(key, 1));
    }

    private static Field ct(String text, ScalarType type, Ct.Key key, Ct.Direction direction) {
        return new Field(text, type, Needs.NOTHING, new Ct.Load(key, direction, 1));
    }

    private static Field original(String name, ScalarType type, Ct.Key key) {
        return ct("ct original " + name, type, key, Ct.Direction.ORIGINAL);
    }

    private static Field reply(String name, ScalarType type, Ct.Key key) {
        return ct("ct reply " + name, type, key, Ct.Direction.REPLY);
    }

    private static Field fibType(String by, int flags) {
        return new Field(
                "fib " + by + " type", ScalarType.FIB_ADDRTYPE, Needs.NOTHING, new Fib(Fib.ADDRTYPE, flags, 1));
    }
}
