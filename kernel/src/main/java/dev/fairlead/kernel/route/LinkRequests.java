package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Ifla.*;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The messages that make, change, find and delete links, as values. */
public final class LinkRequests {
    private static final int CREATE = Request.NLM_F_CREATE | Request.NLM_F_EXCL;
    private static final int RTEXT_FILTER_SKIP_STATS = 8;

    private LinkRequests() {}

    /**
     * Makes both ends of a veth pair, each where it belongs, in one message.
     *
     * @param near the end in this socket's namespace, or where its {@link LinkSetting#namespace} says
     * @param peer the other end; {@link LinkSetting#up} is refused by the kernel here (ENOTCONN)
     */
    public static Request createVeth(List<LinkSetting> near, List<LinkSetting> peer) {
        String wanted = "make the veth pair (" + LinkSetting.text(near) + ") and (" + LinkSetting.text(peer) + ")";
        requireCreatable(wanted, peer);
        return create(
                wanted, "veth", near, data -> data.nested(VETH_INFO_PEER, end -> LinkSetting.encodeAll(end, 0, peer)));
    }

    /** Makes a link. A veth made by this gets a peer beside it with a name the kernel chooses. */
    public static Request create(LinkKind kind, List<LinkSetting> settings) {
        String wanted = "make the link " + LinkSetting.text(settings) + " type " + kind.name();
        return create(
                wanted,
                kind.name(),
                settings,
                switch (kind) {
                    case LinkKind.Bridge bridge -> data -> encode(bridge, data);
                    case LinkKind.Vxlan vxlan -> data -> encode(vxlan, data);
                    case LinkKind.Veth _, LinkKind.Dummy _, LinkKind.Ifb _, LinkKind.Other _ -> data -> {};
                    case LinkKind.Plain _ ->
                        throw new IllegalArgumentException("could not " + wanted + ": hardware can't be made");
                });
    }

    public static Request create(LinkKind kind, LinkSetting... settings) {
        return create(kind, List.of(settings));
    }

    private static Request create(String wanted, String kind, List<LinkSetting> settings, Consumer<Encoder> data) {
        requireCreatable(wanted, settings);
        Encoder encoder = new Encoder();
        LinkSetting.encodeAll(encoder, 0, settings);
        encoder.nested(IFLA_LINKINFO, info -> {
            info.attributeString(IFLA_INFO_KIND, kind);
            info.nested(IFLA_INFO_DATA, data);
        });
        return new Request(wanted, Rtm.RTM_NEWLINK, CREATE, encoder.toBytes());
    }

    private static void requireCreatable(String wanted, List<LinkSetting> settings) {
        for (LinkSetting setting : settings) {
            if (setting instanceof LinkSetting.Alias || setting instanceof LinkSetting.Ipv6Addresses) {
                throw new IllegalArgumentException("could not " + wanted + ": the kernel doesn't take '" + setting
                        + "' in the message that makes a link; set it afterwards");
            }
        }
    }

    private static void encode(LinkKind.Bridge bridge, Encoder data) {
        // A kernel built without a feature refuses even to have it switched off: only what isn't the default is sent.
        data.attributeU32(IFLA_BR_AGEING_TIME, bridge.ageing().toMillis() / 10);
        if (bridge.spanningTree()) {
            data.attributeU32(IFLA_BR_STP_STATE, 1);
        }
        if (bridge.vlanFiltering()) {
            data.attributeU8(IFLA_BR_VLAN_FILTERING, 1);
        }
        if (!bridge.multicastSnooping()) {
            data.attributeU8(IFLA_BR_MCAST_SNOOPING, 0);
        }
        if (bridge.filterIpv4()) {
            data.attributeU8(IFLA_BR_NF_CALL_IPTABLES, 1);
        }
        if (bridge.filterIpv6()) {
            data.attributeU8(IFLA_BR_NF_CALL_IP6TABLES, 1);
        }
    }

    private static void encode(LinkKind.Vxlan vxlan, Encoder data) {
        data.attributeU32(IFLA_VXLAN_ID, vxlan.id());
        if (!vxlan.remote().isUnspecified()) {
            data.attributeIp(vxlan.remote().isIpv4() ? IFLA_VXLAN_GROUP : IFLA_VXLAN_GROUP6, vxlan.remote());
        }
        if (!vxlan.local().isUnspecified()) {
            data.attributeIp(vxlan.local().isIpv4() ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, vxlan.local());
        }
        if (vxlan.device() != 0) {
            data.attributeU32(IFLA_VXLAN_LINK, vxlan.device());
        }
        data.attributeU8(IFLA_VXLAN_LEARNING, vxlan.learning() ? 1 : 0).attributeBe16(IFLA_VXLAN_PORT, vxlan.port());
    }

    /** Changes the link with this index. */
    public static Request set(int index, LinkSetting... settings) {
        List<LinkSetting> all = List.of(settings);
        String wanted = "set the link with index " + index + " " + LinkSetting.text(all);
        Encoder encoder = changes(wanted, index, all);
        return new Request(wanted, Rtm.RTM_SETLINK, encoder.toBytes());
    }

    /** Changes the link of this name, which may be one of its alternative names. To rename, say the link by its index. */
    public static Request set(String name, LinkSetting... settings) {
        List<LinkSetting> all = List.of(settings);
        String wanted = "set the link " + name + " " + LinkSetting.text(all);
        for (LinkSetting setting : all) {
            if (setting instanceof LinkSetting.Name) {
                throw new IllegalArgumentException("could not " + wanted + ": with two names in the message the kernel"
                        + " takes the new one for the link's; say the link by its index");
            }
        }
        Encoder encoder = changes(wanted, 0, all).attributeString(nameAttribute(name), name);
        return new Request(wanted, Rtm.RTM_SETLINK, encoder.toBytes());
    }

    private static Encoder changes(String wanted, int index, List<LinkSetting> settings) {
        for (LinkSetting setting : settings) {
            if (setting instanceof LinkSetting.Index) {
                throw new IllegalArgumentException("could not " + wanted + ": a link keeps the index it was made with");
            }
        }
        Encoder encoder = new Encoder();
        LinkSetting.encodeAll(encoder, index, settings);
        return encoder;
    }

    /** Sets flags of a bridge port; those not named keep what they are. */
    public static Request setPort(int index, Map<PortFlag, Boolean> flags) {
        StringBuilder wanted = new StringBuilder("set the bridge port with index ").append(index);
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_BRIDGE, index, 0, 0);
        encoder.nested(
                IFLA_PROTINFO,
                port -> flags.forEach((flag, on) -> {
                    port.attributeU8(flag.attribute(), on ? 1 : 0);
                    wanted.append(' ').append(flag.text(on));
                }));
        return new Request(wanted.toString(), Rtm.RTM_SETLINK, encoder.toBytes());
    }

    /** As above, for a port by its name, together with what else is to be said to the link; the flags are set first. */
    public static Request setPort(String name, Map<PortFlag, Boolean> flags, LinkSetting... settings) {
        List<LinkSetting> all = List.of(settings);
        StringBuilder wanted = new StringBuilder("set the bridge port ").append(name);
        Encoder encoder = changes(wanted.toString(), 0, all).attributeString(nameAttribute(name), name);
        encoder.nested(IFLA_LINKINFO, info -> {
            info.attributeString(IFLA_INFO_SLAVE_KIND, "bridge");
            info.nested(
                    IFLA_INFO_SLAVE_DATA,
                    port -> flags.forEach((flag, on) -> {
                        port.attributeU8(flag.attribute(), on ? 1 : 0);
                        wanted.append(' ').append(flag.text(on));
                    }));
        });
        if (!all.isEmpty()) {
            wanted.append(' ').append(LinkSetting.text(all));
        }
        return new Request(wanted.toString(), Rtm.RTM_NEWLINK, encoder.toBytes());
    }

    /** Deletes a link, and with a veth its peer. ENODEV when it isn't there. */
    public static Request delete(int index) {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, index, 0, 0);
        return new Request("delete the link with index " + index, Rtm.RTM_DELLINK, encoder.toBytes());
    }

    public static Request delete(String name) {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, 0, 0, 0);
        encoder.attributeString(nameAttribute(name), name);
        return new Request("delete the link " + name, Rtm.RTM_DELLINK, encoder.toBytes());
    }

    public static Request find(int index) {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, index, 0, 0);
        encoder.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return new Request("find the link with index " + index, Rtm.RTM_GETLINK, encoder.toBytes());
    }

    public static Request find(String name) {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, 0, 0, 0);
        encoder.attributeString(nameAttribute(name), name).attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return new Request("find the link " + name, Rtm.RTM_GETLINK, encoder.toBytes());
    }

    /** All links; for {@code NetlinkSocket.dump}. */
    public static Request list() {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, 0, 0, 0);
        encoder.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
        return new Request("list the links", Rtm.RTM_GETLINK, encoder.toBytes());
    }

    /** Gives a link a further name, up to 127 bytes. */
    public static Request addAlternativeName(int index, String name) {
        Encoder encoder = new Encoder();
        LinkSetting.header(encoder, Rtm.AF_UNSPEC, index, 0, 0);
        encoder.nested(IFLA_PROP_LIST, list -> list.attributeString(IFLA_ALT_IFNAME, name));
        return new Request(
                "give the link with index " + index + " the alternative name " + name,
                Rtm.RTM_NEWLINKPROP,
                CREATE | Request.NLM_F_APPEND,
                encoder.toBytes());
    }

    /** Either attribute finds a link by all its names, but only the second holds more than 15 bytes. */
    private static int nameAttribute(String name) {
        return name.length() > LinkSetting.Name.LONGEST ? IFLA_ALT_IFNAME : IFLA_IFNAME;
    }
}
