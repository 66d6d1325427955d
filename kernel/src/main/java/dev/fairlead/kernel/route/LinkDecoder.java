package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Ifla.*;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads links. */
final class LinkDecoder {
    private static final Mac NO_MAC = new Mac(0);
    private static final Ip UNSPECIFIED = Ip.of(new byte[4]);

    private LinkDecoder() {}

    static Link decode(Message message) {
        Attributes a = message.attributes(Rtm.IFINFOMSG);
        ByteBuffer header = message.buffer();
        Optional<Attributes> info = a.find(IFLA_LINKINFO).map(Attribute::nested);
        return new Link(
                header.getInt(4),
                a.require(IFLA_IFNAME, "the link's name").string(),
                Short.toUnsignedInt(header.getShort(2)),
                new LinkFlags(header.getInt(8)),
                a.find(IFLA_ADDRESS)
                        .filter(value -> value.length() == 6)
                        .map(Attribute::mac)
                        .orElse(NO_MAC),
                (int) u32(a, IFLA_MTU),
                string(a, IFLA_QDISC),
                OperState.of(a.find(IFLA_OPERSTATE).map(Attribute::u8).orElse(0)),
                u32(a, IFLA_GROUP),
                (int) u32(a, IFLA_MASTER),
                (int) u32(a, IFLA_LINK),
                a.find(IFLA_LINK_NETNSID).map(Attribute::s32).orElse(-1),
                info.map(LinkDecoder::kind).orElse(new LinkKind.Plain()),
                info.map(LinkDecoder::ports).orElse(List.of()),
                string(a, IFLA_IFALIAS),
                alternativeNames(a),
                addressGeneration(a),
                a.find(IFLA_STATS64).map(LinkStats::decode).orElse(LinkStats.NONE));
    }

    /** A message of the family {@code AF_BRIDGE}: the link's life as a port, and nothing else of it. */
    static RouteEvent port(Message message, boolean gone) {
        Attributes a = message.attributes(Rtm.IFINFOMSG);
        int index = message.buffer().getInt(4);
        String name = string(a, IFLA_IFNAME);
        int bridge = (int) u32(a, IFLA_MASTER);
        if (gone) {
            return new RouteEvent.PortGone(index, name, bridge);
        }
        BridgePort port = a.find(IFLA_PROTINFO)
                .map(info -> BridgePort.decode(info.nested()))
                .orElse(new BridgePort(0, 0, Set.of()));
        return new RouteEvent.PortChanged(index, name, bridge, port);
    }

    private static LinkKind kind(Attributes info) {
        String name = string(info, IFLA_INFO_KIND);
        Optional<Attributes> data = info.find(IFLA_INFO_DATA).map(Attribute::nested);
        return switch (name) {
            case "" -> new LinkKind.Plain();
            case "veth" -> new LinkKind.Veth();
            case "dummy" -> new LinkKind.Dummy();
            case "ifb" -> new LinkKind.Ifb();
            case "bridge" -> data.<LinkKind>map(LinkDecoder::bridge).orElse(new LinkKind.Other(name));
            case "vxlan" -> data.<LinkKind>map(LinkDecoder::vxlan).orElse(new LinkKind.Other(name));
            default -> new LinkKind.Other(name);
        };
    }

    private static LinkKind.Bridge bridge(Attributes data) {
        return new LinkKind.Bridge(
                Duration.ofMillis(u32(data, IFLA_BR_AGEING_TIME) * 10),
                u32(data, IFLA_BR_STP_STATE) != 0,
                isOn(data, IFLA_BR_VLAN_FILTERING),
                isOn(data, IFLA_BR_MCAST_SNOOPING),
                isOn(data, IFLA_BR_NF_CALL_IPTABLES),
                isOn(data, IFLA_BR_NF_CALL_IP6TABLES));
    }

    private static LinkKind.Vxlan vxlan(Attributes data) {
        return new LinkKind.Vxlan(
                (int) u32(data, IFLA_VXLAN_ID) & 0xffffff,
                ip(data, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6),
                ip(data, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6),
                (int) u32(data, IFLA_VXLAN_LINK),
                data.find(IFLA_VXLAN_PORT).map(Attribute::be16).orElse(0),
                isOn(data, IFLA_VXLAN_LEARNING));
    }

    private static List<BridgePort> ports(Attributes info) {
        if (!string(info, IFLA_INFO_SLAVE_KIND).equals("bridge")) {
            return List.of();
        }
        return info.find(IFLA_INFO_SLAVE_DATA)
                .map(data -> List.of(BridgePort.decode(data.nested())))
                .orElse(List.of());
    }

    private static List<String> alternativeNames(Attributes a) {
        List<String> names = new ArrayList<>();
        a.find(IFLA_PROP_LIST).map(Attribute::nested).ifPresent(list -> {
            for (Attribute property : list) {
                if (property.type() == IFLA_ALT_IFNAME) {
                    names.add(property.string());
                }
            }
        });
        return List.copyOf(names);
    }

    private static AddressGeneration addressGeneration(Attributes a) {
        return a.find(IFLA_AF_SPEC)
                .flatMap(families -> families.nested().find(Rtm.AF_INET6))
                .flatMap(inet6 -> inet6.nested().find(IFLA_INET6_ADDR_GEN_MODE))
                .map(mode -> AddressGeneration.of(mode.u8()))
                .orElse(AddressGeneration.EUI64);
    }

    private static Ip ip(Attributes a, int ipv4, int ipv6) {
        return a.find(ipv4).or(() -> a.find(ipv6)).map(Attribute::ip).orElse(UNSPECIFIED);
    }

    private static boolean isOn(Attributes a, int type) {
        return a.find(type).map(Attribute::u8).orElse(0) != 0;
    }

    private static long u32(Attributes a, int type) {
        return a.find(type).map(Attribute::u32).orElse(0L);
    }

    private static String string(Attributes a, int type) {
        return a.find(type).map(Attribute::string).orElse("");
    }
}
