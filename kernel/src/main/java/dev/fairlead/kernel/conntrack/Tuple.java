package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;

/**
 * One direction of a flow: what its packets carry on their way. {@code enum ctattr_tuple}.
 *
 * @param protocol the IANA number
 * @param zone the zone this direction is tracked in, 0 for none of its own
 */
public record Tuple(Ip source, Ip destination, int protocol, Layer4 layer4, int zone) {
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_TUPLE_ZONE = 3;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final int CTA_PROTO_ICMP_ID = 4;
    private static final int CTA_PROTO_ICMP_TYPE = 5;
    private static final int CTA_PROTO_ICMP_CODE = 6;
    private static final int CTA_PROTO_ICMPV6_ID = 7;
    private static final int CTA_PROTO_ICMPV6_TYPE = 8;
    private static final int CTA_PROTO_ICMPV6_CODE = 9;
    private static final int IPPROTO_GRE = 47;
    private static final int IPPROTO_ICMPV6 = 58;

    public Tuple {
        if (source.family() != destination.family()) {
            throw new IllegalArgumentException("a flow can't go from " + source + " to " + destination);
        }
    }

    /** A flow between ports. */
    public static Tuple of(Protocol protocol, Ip source, int sourcePort, Ip destination, int destinationPort) {
        return new Tuple(source, destination, protocol.number(), new Layer4.Ports(sourcePort, destinationPort), 0);
    }

    public Family family() {
        return source.family();
    }

    /** The port it comes from, -1 where the protocol has no ports. */
    public int sourcePort() {
        return layer4 instanceof Layer4.Ports ports ? ports.source() : -1;
    }

    /** The port it goes to, -1 where the protocol has no ports. */
    public int destinationPort() {
        return layer4 instanceof Layer4.Ports ports ? ports.destination() : -1;
    }

    void encode(Encoder out) {
        boolean ipv4 = family() == Family.IPV4;
        out.nested(
                CTA_TUPLE_IP,
                ip -> ip.attributeIp(ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, source)
                        .attributeIp(ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, destination));
        out.nested(CTA_TUPLE_PROTO, this::encodeProtocol);
        if (zone != 0) {
            out.attributeBe16(CTA_TUPLE_ZONE, zone);
        }
    }

    private void encodeProtocol(Encoder out) {
        out.attributeU8(CTA_PROTO_NUM, protocol);
        boolean v6 = protocol == IPPROTO_ICMPV6;
        switch (layer4) {
            case Layer4.Ports p ->
                out.attributeBe16(CTA_PROTO_SRC_PORT, p.source()).attributeBe16(CTA_PROTO_DST_PORT, p.destination());
            case Layer4.Icmp i ->
                out.attributeBe16(v6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID, i.id())
                        .attributeU8(v6 ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, i.type())
                        .attributeU8(v6 ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, i.code());
            case Layer4.Nothing n -> {}
        }
    }

    static Tuple decode(Attribute attribute) {
        Attributes in = attribute.nested();
        Attributes ip = in.require(CTA_TUPLE_IP, "CTA_TUPLE_IP").nested();
        Attributes proto = in.require(CTA_TUPLE_PROTO, "CTA_TUPLE_PROTO").nested();
        boolean ipv4 = ip.has(CTA_IP_V4_SRC);
        Ip source = ip.require(ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, "CTA_IP_V*_SRC")
                .ip();
        Ip destination = ip.require(ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, "CTA_IP_V*_DST")
                .ip();
        if (source.family() != destination.family()) {
            throw new DecodeException("a flow from " + source + " to " + destination + " mixes address families");
        }
        return new Tuple(
                source,
                destination,
                proto.require(CTA_PROTO_NUM, "CTA_PROTO_NUM").u8(),
                decodeLayer4(proto),
                in.find(CTA_TUPLE_ZONE).map(Attribute::be16).orElse(0));
    }

    private static Layer4 decodeLayer4(Attributes in) {
        if (in.has(CTA_PROTO_SRC_PORT)) {
            return new Layer4.Ports(
                    in.require(CTA_PROTO_SRC_PORT, "CTA_PROTO_SRC_PORT").be16(),
                    in.require(CTA_PROTO_DST_PORT, "CTA_PROTO_DST_PORT").be16());
        }
        boolean v6 = in.has(CTA_PROTO_ICMPV6_TYPE);
        if (!v6 && !in.has(CTA_PROTO_ICMP_TYPE)) {
            return new Layer4.Nothing();
        }
        return new Layer4.Icmp(
                in.require(v6 ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, "CTA_PROTO_ICMP_TYPE")
                        .u8(),
                in.require(v6 ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, "CTA_PROTO_ICMP_CODE")
                        .u8(),
                in.require(v6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID, "CTA_PROTO_ICMP_ID")
                        .be16());
    }

    /** {@code src=10.0.0.1 dst=10.0.0.2 sport=1234 dport=80}. */
    @Override
    public String toString() {
        String more = protocol == IPPROTO_GRE && layer4 instanceof Layer4.Ports keys
                ? "srckey=0x" + Integer.toHexString(keys.source()) + " dstkey=0x"
                        + Integer.toHexString(keys.destination())
                : layer4.text();
        return "src=" + source + " dst=" + destination + (more.isEmpty() ? "" : " " + more);
    }
}
