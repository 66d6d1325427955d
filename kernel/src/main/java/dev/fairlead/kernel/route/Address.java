package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Ifa.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An address of a link. Prints as {@code ip address show} prints it: {@code inet 10.244.1.1/24 scope global cni0}.
 *
 * @param device index of the link
 * @param prefix the link's own address with the length of the network (or of the peer's network)
 * @param peer the other end of a point-to-point link; equal to the own address when there is none
 * @param broadcast unspecified for none; always so with IPv6
 * @param flags {@code IFA_F_*}; the constants here are those worth giving
 * @param label IPv4 only, empty for none
 * @param rest attributes that aren't known here, written back as they came
 */
public record Address(
        int device, Prefix prefix, Ip peer, Ip broadcast, Scope scope, int flags, String label, List<Attribute> rest) {
    /** Usable at once, without looking for duplicates first. IPv6 only. */
    public static final int NODAD = 2;

    /** Duplicate detection hasn't ended: the kernel won't use it as a source yet. */
    public static final int TENTATIVE = 0x40;

    public static final int DADFAILED = 8;
    public static final int PERMANENT = 0x80;

    /** No route to the prefix is made with it. */
    public static final int NOPREFIXROUTE = 0x200;

    private static final int SECONDARY = 1;

    /** In {@code IFA_CACHEINFO}, for "forever". */
    private static final int FOREVER = -1;

    public Address {
        rest = List.copyOf(rest);
    }

    /**
     * An address to be added: scope global (host for loopback addresses, link for IPv6 link-local ones), no broadcast address,
     * and with IPv6 without duplicate address detection, which would keep it unusable for a second or more.
     */
    public static Address of(int device, Prefix prefix) {
        Ip own = prefix.address();
        Scope scope = own.isLoopback() ? Scope.HOST : own.isLinkLocal() ? Scope.LINK : Scope.UNIVERSE;
        return new Address(
                device, prefix, own, unspecified(own.family()), scope, own.isIpv6() ? NODAD : 0, "", List.of());
    }

    public Address withScope(Scope value) {
        return new Address(device, prefix, peer, broadcast, value, flags, label, rest);
    }

    /** Point-to-point: the other end's address; the prefix length then is that of the other end. */
    public Address withPeer(Ip value) {
        return new Address(device, prefix, value, broadcast, scope, flags, label, rest);
    }

    public Address withBroadcast(Ip value) {
        return new Address(device, prefix, peer, value, scope, flags, label, rest);
    }

    public Address withFlags(int value) {
        return new Address(device, prefix, peer, broadcast, scope, value, label, rest);
    }

    public Address withoutPrefixRoute() {
        return withFlags(flags | NOPREFIXROUTE);
    }

    /** At most 15 bytes; IPv4 only. */
    public Address withLabel(String value) {
        return new Address(device, prefix, peer, broadcast, scope, flags, value, rest);
    }

    public boolean isTentative() {
        return (flags & TENTATIVE) != 0;
    }

    public boolean hasPeer() {
        return !peer.equals(prefix.address());
    }

    private static Ip unspecified(Family family) {
        return Ip.of(new byte[family.bytes()]);
    }

    /** Reads an {@code RTM_NEWADDR} or {@code RTM_DELADDR}. */
    public static Address decode(Message message) {
        Attributes a = message.attributes(Rtm.IFADDRMSG);
        ByteBuffer header = message.buffer();
        Family family = RouteText.family(Byte.toUnsignedInt(header.get(0)));
        int length = Byte.toUnsignedInt(header.get(1));
        // Point-to-point: LOCAL is the own address and ADDRESS the peer's. Else IPv6 sends no LOCAL.
        Ip peer = ip(
                a.find(IFA_ADDRESS)
                        .or(() -> a.find(IFA_LOCAL))
                        .orElseThrow(() -> new DecodeException("the kernel's message lacks the address")),
                family);
        Ip own = a.find(IFA_LOCAL).map(value -> ip(value, family)).orElse(peer);
        if (length > family.bits()) {
            throw new DecodeException("the address " + own + " has the prefix length " + length);
        }
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            switch (attribute.type()) {
                case IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST, IFA_LABEL, IFA_FLAGS -> {}
                default -> rest.add(attribute);
            }
        }
        return new Address(
                header.getInt(4),
                new Prefix(own, length),
                peer,
                a.find(IFA_BROADCAST).map(value -> ip(value, family)).orElse(unspecified(family)),
                new Scope(Byte.toUnsignedInt(header.get(3))),
                a.find(IFA_FLAGS).map(Attribute::s32).orElse(Byte.toUnsignedInt(header.get(2))),
                a.find(IFA_LABEL).map(Attribute::string).orElse(""),
                rest);
    }

    private static Ip ip(Attribute attribute, Family family) {
        Ip ip = attribute.ip();
        if (ip.family() != family) {
            throw new DecodeException("an address of another family, " + ip + ", in a message about " + family);
        }
        return ip;
    }

    /** {@code struct ifaddrmsg} (family, prefix length, flags, scope, index) and attributes. */
    byte[] encode() {
        Encoder encoder = new Encoder()
                .u8(prefix.family().number())
                .u8(prefix.length())
                .u8(flags < 256 ? flags : 0)
                .u8(scope.number())
                .u32(device);
        encoder.attributeIp(IFA_LOCAL, prefix.address()).attributeIp(IFA_ADDRESS, peer);
        if (!broadcast.isUnspecified()) {
            encoder.attributeIp(IFA_BROADCAST, broadcast);
        }
        if (!label.isEmpty()) {
            encoder.attributeString(IFA_LABEL, label);
        }
        if (flags >= 256) {
            encoder.attributeU32(IFA_FLAGS, flags);
        }
        for (Attribute attribute : rest) {
            encoder.copy(attribute);
        }
        return encoder.toBytes();
    }

    /** The line of {@code ip address show} without the lifetimes, which only text of {@link #lifetimes()} has. */
    public String text(DeviceNames names) {
        StringBuilder text = new StringBuilder(prefix.address().isIpv4() ? "inet " : "inet6 ").append(prefix.address());
        if (hasPeer()) {
            text.append(" peer ").append(peer);
        }
        text.append('/').append(prefix.length());
        if (!broadcast.isUnspecified()) {
            text.append(" brd ").append(broadcast);
        }
        text.append(" scope ").append(scope);
        appendFlags(text);
        if (prefix.address().isIpv4()) {
            text.append(' ').append(label.isEmpty() ? names.of(device) : label);
        }
        return text.toString();
    }

    private static final String[] FLAG_NAMES = {
        "secondary",
        "nodad",
        "optimistic",
        "dadfailed",
        "home",
        "deprecated",
        "tentative",
        "",
        "mngtmpaddr",
        "noprefixroute",
        "autojoin",
        "stable-privacy"
    };

    private void appendFlags(StringBuilder text) {
        int left = flags;
        for (int bit = 0; bit < FLAG_NAMES.length; bit++) {
            int mask = 1 << bit;
            if (mask == PERMANENT) {
                text.append((left & mask) == 0 ? " dynamic" : "");
            } else if ((left & mask) != 0) {
                boolean temporary = mask == SECONDARY && prefix.address().isIpv6();
                text.append(' ').append(temporary ? "temporary" : FLAG_NAMES[bit]);
            }
            left &= ~mask;
        }
        if (left != 0) {
            text.append(" flags ").append(Integer.toHexString(left));
        }
    }

    /** {@code valid_lft forever preferred_lft forever}; empty for an address that wasn't read from the kernel. */
    public String lifetimes() {
        for (Attribute attribute : rest) {
            if (attribute.type() == IFA_CACHEINFO && attribute.length() >= 8) {
                ByteBuffer times = ByteBuffer.wrap(attribute.bytes()).order(java.nio.ByteOrder.nativeOrder());
                int preferred = times.getInt();
                return "valid_lft " + seconds(times.getInt()) + " preferred_lft " + seconds(preferred);
            }
        }
        return "";
    }

    private static String seconds(int time) {
        return time == FOREVER ? "forever" : Integer.toUnsignedString(time) + "sec";
    }

    @Override
    public String toString() {
        return text(DeviceNames.NUMBERS);
    }
}
