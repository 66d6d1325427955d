package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Nda.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of a neighbour table: the Ethernet address behind an IP address. Prints as {@code ip neighbour} does: {@code
 * 10.244.1.5 dev eth0 lladdr 0a:58:0a:f4:01:05 PERMANENT}.
 *
 * @param device index of the link
 * @param mac all zero while it isn't known
 * @param flags {@code NTF_*}
 * @param rest attributes that aren't known here, written back as they came
 */
public record Neighbour(Ip address, int device, Mac mac, NeighbourState state, int flags, List<Attribute> rest) {
    private static final Mac NONE = new Mac(0);

    public Neighbour {
        rest = List.copyOf(rest);
    }

    /** One that needs no asking and stays. */
    public static Neighbour permanent(Ip address, int device, Mac mac) {
        return new Neighbour(address, device, mac, NeighbourState.PERMANENT, 0, List.of());
    }

    /** Answer for this address on this link (ARP or ND proxy). */
    public static Neighbour proxy(Ip address, int device) {
        return new Neighbour(address, device, NONE, NeighbourState.NONE, FLAG_PROXY, List.of());
    }

    public Neighbour withState(NeighbourState value) {
        return new Neighbour(address, device, mac, value, flags, rest);
    }

    public boolean isProxy() {
        return (flags & FLAG_PROXY) != 0;
    }

    /** Whether {@link #mac} is known. */
    public boolean hasMac() {
        return state.isValid();
    }

    /** Reads an {@code RTM_NEWNEIGH} or {@code RTM_DELNEIGH} of IPv4 or IPv6. */
    public static Neighbour decode(Message message) {
        Attributes a = message.attributes(Rtm.NDMSG);
        ByteBuffer header = message.buffer();
        Family family = RouteText.family(Byte.toUnsignedInt(header.get(0)));
        Ip address = a.require(NDA_DST, "the neighbour's address").ip();
        if (address.family() != family) {
            throw new DecodeException("the neighbour " + address + " in a message about " + family);
        }
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            switch (attribute.type()) {
                case NDA_DST, NDA_LLADDR -> {}
                default -> rest.add(attribute);
            }
        }
        return new Neighbour(
                address,
                header.getInt(4),
                a.find(NDA_LLADDR)
                        .filter(value -> value.length() == 6)
                        .map(Attribute::mac)
                        .orElse(NONE),
                new NeighbourState(Short.toUnsignedInt(header.getShort(8))),
                Byte.toUnsignedInt(header.get(10)),
                rest);
    }

    /** {@code struct ndmsg} (family, padding, index, state, flags, type) and attributes. */
    byte[] encode() {
        Encoder encoder = new Encoder()
                .u8(address.family().number())
                .zeros(3)
                .u32(device)
                .u16(state.bits())
                .u8(flags)
                .u8(0)
                .attributeIp(NDA_DST, address);
        if (hasMac()) {
            encoder.attributeMac(NDA_LLADDR, mac);
        }
        for (Attribute attribute : rest) {
            encoder.copy(attribute);
        }
        return encoder.toBytes();
    }

    public String text(DeviceNames names) {
        StringBuilder text = new StringBuilder().append(address).append(" dev ").append(names.of(device));
        if (hasMac()) {
            text.append(" lladdr ").append(mac);
        }
        append(text, (flags & FLAG_ROUTER) != 0, "router");
        append(text, isProxy(), "proxy");
        append(text, (number(NDA_FLAGS_EXT) & EXT_MANAGED) != 0, "managed");
        append(text, (flags & FLAG_EXT_LEARNED) != 0, "extern_learn");
        append(text, (flags & FLAG_OFFLOADED) != 0, "offload");
        append(text, state.bits() != 0, state.toString());
        int protocol = (int) number(NDA_PROTOCOL);
        append(text, protocol != 0, "proto " + new RouteProtocol(protocol));
        return text.toString();
    }

    private static void append(StringBuilder text, boolean present, String word) {
        if (present) {
            text.append(' ').append(word);
        }
    }

    private long number(int type) {
        for (Attribute attribute : rest) {
            if (attribute.type() == type) {
                return attribute.length() >= 4 ? attribute.u32() : attribute.u8();
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return text(DeviceNames.NUMBERS);
    }
}
