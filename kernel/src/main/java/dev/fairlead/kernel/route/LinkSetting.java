package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Mac;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One thing to say about a link when it is made or changed. Prints as {@code ip link set} takes it. */
public sealed interface LinkSetting {

    /** Up: packets may flow. A veth's peer can't be brought up in the message that makes it (ENOTCONN). */
    static LinkSetting up() {
        return new Up(true);
    }

    static LinkSetting down() {
        return new Up(false);
    }

    static LinkSetting name(String name) {
        return new Name(name);
    }

    /**
     * The index it is to have, at creation only; EBUSY when another link of the namespace has it. Known before the kernel
     * has answered, it lets the messages that need it travel together with this one.
     */
    static LinkSetting index(int number) {
        return new Index(number);
    }

    static LinkSetting mac(Mac mac) {
        return new HardwareAddress(mac);
    }

    static LinkSetting mtu(int bytes) {
        return new Mtu(bytes);
    }

    /** Makes it a port of the bridge with this index; 0 takes it out. */
    static LinkSetting master(int index) {
        return new Master(index);
    }

    /** Puts it into a namespace; the handle must stay open until the request has been sent. */
    static LinkSetting namespace(Netns namespace) {
        return new Namespace(namespace);
    }

    static LinkSetting alias(String text) {
        return new Alias(text);
    }

    static LinkSetting group(int number) {
        return new Group(number);
    }

    /**
     * One queue in each direction, at creation only. A veth uses one in any case unless it is told otherwise, but the kernel
     * makes it with one for each processor, and to let go of them it waits for all processors, once for each end ({@code
     * veth_init_queues} in {@code drivers/net/veth.c}).
     */
    static LinkSetting oneQueue() {
        return new Queues(1);
    }

    static LinkSetting addressGeneration(AddressGeneration mode) {
        return new Ipv6Addresses(mode);
    }

    /** Writes its attribute; those that are in the header have none. */
    default void encode(Encoder encoder) {}

    record Up(boolean on) implements LinkSetting {
        @Override
        public String toString() {
            return on ? "up" : "down";
        }
    }

    /** Whether the link speaks ARP and neighbour discovery ({@code IFF_NOARP} when not). */
    record Arp(boolean on) implements LinkSetting {
        @Override
        public String toString() {
            return on ? "arp on" : "arp off";
        }
    }

    /** For a veth's peer the kernel takes it only when the near end is given one too. */
    record Index(int number) implements LinkSetting {
        @Override
        public String toString() {
            return "index " + number;
        }
    }

    record Promiscuous(boolean on) implements LinkSetting {
        @Override
        public String toString() {
            return on ? "promisc on" : "promisc off";
        }
    }

    /**
     * A name, or a new name where the link is said by its index.
     *
     * @param name 1 to 15 bytes, no slash, colon or white space
     */
    record Name(String name) implements LinkSetting {
        static final int LONGEST = 15;

        public Name {
            int bytes = name.getBytes(StandardCharsets.UTF_8).length;
            if (bytes == 0 || bytes > LONGEST || name.equals(".") || name.equals("..")) {
                throw new IllegalArgumentException("'" + name + "' can't name a link: the kernel takes 1 to " + LONGEST
                        + " bytes, and this has " + bytes);
            }
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (c == '/' || c == ':' || c <= ' ' || c == 0x7f) {
                    throw new IllegalArgumentException(
                            "'" + name + "' can't name a link: no slash, colon, white space or control character");
                }
            }
        }

        @Override
        public void encode(Encoder encoder) {
            encoder.attributeString(Ifla.IFLA_IFNAME, name);
        }

        @Override
        public String toString() {
            return "name " + name;
        }
    }

    record HardwareAddress(Mac mac) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeMac(Ifla.IFLA_ADDRESS, mac);
        }

        @Override
        public String toString() {
            return "address " + mac;
        }
    }

    record Mtu(int bytes) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeU32(Ifla.IFLA_MTU, bytes);
        }

        @Override
        public String toString() {
            return "mtu " + bytes;
        }
    }

    record Queues(int number) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeU32(Ifla.IFLA_NUM_TX_QUEUES, number);
            encoder.attributeU32(Ifla.IFLA_NUM_RX_QUEUES, number);
        }

        @Override
        public String toString() {
            return "numtxqueues " + number + " numrxqueues " + number;
        }
    }

    record Master(int index) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeU32(Ifla.IFLA_MASTER, index);
        }

        @Override
        public String toString() {
            return index == 0 ? "nomaster" : "master if" + index;
        }
    }

    /** At creation, or to move the link; all addresses and routes of a moved link are lost. */
    record Namespace(Netns namespace) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeU32(Ifla.IFLA_NET_NS_FD, namespace.fd().number());
        }

        @Override
        public String toString() {
            return "netns " + namespace;
        }
    }

    /** Not in the message that makes the link, where the kernel ignores it. */
    record Alias(String text) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attribute(Ifla.IFLA_IFALIAS, text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "alias " + text;
        }
    }

    record Group(int number) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.attributeU32(Ifla.IFLA_GROUP, number);
        }

        @Override
        public String toString() {
            return "group " + number;
        }
    }

    /**
     * Not in the message that makes the link, where the kernel refuses it (EAFNOSUPPORT), and not in one with {@link Up},
     * which the kernel would obey first.
     */
    record Ipv6Addresses(AddressGeneration mode) implements LinkSetting {
        @Override
        public void encode(Encoder encoder) {
            encoder.nested(
                    Ifla.IFLA_AF_SPEC,
                    families -> families.nested(
                            Rtm.AF_INET6, inet6 -> inet6.attributeU8(Ifla.IFLA_INET6_ADDR_GEN_MODE, mode.number())));
        }

        @Override
        public String toString() {
            return "addrgenmode " + mode;
        }
    }

    /**
     * Writes {@code struct ifinfomsg} and the attributes of all.
     *
     * @param index of the link that is changed; 0 for one that is made, or that is changed by its name
     */
    static void encodeAll(Encoder encoder, int index, List<LinkSetting> settings) {
        int number = index;
        int flags = 0;
        int change = 0;
        for (LinkSetting setting : settings) {
            switch (setting) {
                case Up(boolean on) -> {
                    change |= LinkFlags.IFF_UP;
                    flags |= on ? LinkFlags.IFF_UP : 0;
                }
                case Arp(boolean on) -> {
                    change |= LinkFlags.IFF_NOARP;
                    flags |= on ? 0 : LinkFlags.IFF_NOARP;
                }
                case Promiscuous(boolean on) -> {
                    change |= LinkFlags.IFF_PROMISC;
                    flags |= on ? LinkFlags.IFF_PROMISC : 0;
                }
                case Index(int wanted) -> number = wanted;
                default -> {}
            }
        }
        header(encoder, Rtm.AF_UNSPEC, number, flags, change);
        for (LinkSetting setting : settings) {
            setting.encode(encoder);
        }
    }

    /** {@code struct ifinfomsg}: family, padding, type, index, flags, change. */
    static void header(Encoder encoder, int family, int index, int flags, int change) {
        encoder.u8(family).u8(0).u16(0).u32(index).u32(flags).u32(change);
    }

    /** {@code "mtu 1500 up"}. */
    static String text(List<LinkSetting> settings) {
        StringBuilder text = new StringBuilder();
        for (LinkSetting setting : settings) {
            text.append(text.isEmpty() ? "" : " ").append(setting);
        }
        return text.toString();
    }
}
