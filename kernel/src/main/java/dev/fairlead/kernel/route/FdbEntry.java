package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Nda.*;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where frames to an Ethernet address go: an entry of a bridge's or VXLAN device's forwarding database. Prints as {@code
 * bridge fdb show} does: {@code 0a:58:0a:f4:01:05 dev veth0 master br0}.
 *
 * @param mac all zero for "every other address" on a VXLAN device
 * @param device index of the bridge port, or of the VXLAN device
 * @param master index of the bridge; 0 for an entry of the device itself
 * @param destination the tunnel's other end; unspecified for none
 * @param vlan 0 for none
 * @param state {@link NeighbourState#PERMANENT} the device's own address, {@link NeighbourState#NOARP} set and lasting,
 *     {@link NeighbourState#REACHABLE} or {@link NeighbourState#STALE} learned
 * @param flags {@code NTF_*}
 * @param rest attributes that aren't known here, written back as they came
 */
public record FdbEntry(
        Mac mac,
        int device,
        int master,
        Ip destination,
        int vlan,
        NeighbourState state,
        int flags,
        List<Attribute> rest) {
    /** The address for "every other address". */
    public static final Mac ANY_OTHER = new Mac(0);

    private static final Ip NOWHERE = Ip.of(new byte[4]);

    public FdbEntry {
        rest = List.copyOf(rest);
    }

    /** Frames to {@code mac} leave by this port of its bridge, and that doesn't age. */
    public static FdbEntry onPort(Mac mac, int device) {
        return new FdbEntry(mac, device, 0, NOWHERE, 0, NeighbourState.NOARP, FLAG_MASTER, List.of());
    }

    /** Frames to {@code mac} travel through this VXLAN device to the tunnel end {@code destination}. */
    public static FdbEntry throughTunnel(Mac mac, int device, Ip destination) {
        NeighbourState lasting = new NeighbourState(NeighbourState.PERMANENT.bits() | NeighbourState.NOARP.bits());
        return new FdbEntry(mac, device, 0, destination, 0, lasting, FLAG_SELF, List.of());
    }

    /** Whether the bridge learned it from a frame. */
    public boolean isLearned() {
        return !state.has(NeighbourState.PERMANENT) && !state.has(NeighbourState.NOARP);
    }

    /** Reads an {@code RTM_NEWNEIGH} or {@code RTM_DELNEIGH} of the family {@code AF_BRIDGE}. */
    public static FdbEntry decode(Message message) {
        Attributes a = message.attributes(Rtm.NDMSG);
        ByteBuffer header = message.buffer();
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            switch (attribute.type()) {
                case NDA_LLADDR, NDA_MASTER, NDA_DST, NDA_VLAN -> {}
                default -> rest.add(attribute);
            }
        }
        return new FdbEntry(
                a.find(NDA_LLADDR).map(Attribute::mac).orElse(ANY_OTHER),
                header.getInt(4),
                a.find(NDA_MASTER).map(Attribute::s32).orElse(0),
                a.find(NDA_DST).map(Attribute::ip).orElse(NOWHERE),
                a.find(NDA_VLAN).map(Attribute::u16).orElse(0),
                new NeighbourState(Short.toUnsignedInt(header.getShort(8))),
                Byte.toUnsignedInt(header.get(10)),
                rest);
    }

    byte[] encode() {
        Encoder encoder = new Encoder()
                .u8(Rtm.AF_BRIDGE)
                .zeros(3)
                .u32(device)
                .u16(state.bits())
                .u8(flags | (master != 0 ? FLAG_MASTER : 0))
                .u8(0)
                .attributeMac(NDA_LLADDR, mac);
        if (!destination.isUnspecified()) {
            encoder.attributeIp(NDA_DST, destination);
        }
        if (vlan != 0) {
            encoder.attributeU16(NDA_VLAN, vlan);
        }
        for (Attribute attribute : rest) {
            if (attribute.type() != NDA_CACHEINFO) { // ages, which only the kernel says
                encoder.copy(attribute);
            }
        }
        return encoder.toBytes();
    }

    public String text(DeviceNames names) {
        StringBuilder text = new StringBuilder().append(mac).append(" dev ").append(names.of(device));
        if (!destination.isUnspecified()) {
            text.append(" dst ").append(destination);
        }
        if (vlan != 0) {
            text.append(" vlan ").append(vlan);
        }
        for (Attribute attribute : rest) {
            switch (attribute.type()) {
                case NDA_PORT -> text.append(" port ").append(attribute.be16());
                case NDA_VNI -> text.append(" vni ").append(attribute.u32());
                case NDA_SRC_VNI -> text.append(" src_vni ").append(attribute.u32());
                case NDA_IFINDEX -> text.append(" via ").append(names.of(attribute.s32()));
                case NDA_LINK_NETNSID -> text.append(" link-netnsid ").append(attribute.s32());
                default -> {}
            }
        }
        append(text, FLAG_SELF, "self");
        append(text, FLAG_ROUTER, "router");
        append(text, FLAG_EXT_LEARNED, "extern_learn");
        append(text, FLAG_OFFLOADED, "offload");
        append(text, FLAG_MASTER, "master");
        append(text, FLAG_STICKY, "sticky");
        if (master != 0) {
            text.append(" master ").append(names.of(master));
        }
        return text.append(stateText()).toString();
    }

    private void append(StringBuilder text, int flag, String word) {
        text.append((flags & flag) != 0 ? " " + word : "");
    }

    private String stateText() {
        if (state.has(NeighbourState.PERMANENT)) {
            return " permanent";
        }
        if (state.has(NeighbourState.NOARP)) {
            return " static";
        }
        if (state.has(NeighbourState.STALE)) {
            return " stale";
        }
        return state.has(NeighbourState.REACHABLE) ? "" : " state=0x" + Integer.toHexString(state.bits());
    }

    @Override
    public String toString() {
        return text(DeviceNames.NUMBERS);
    }
}
