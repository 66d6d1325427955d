package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Mac;
import java.util.List;
import java.util.Optional;

/**
 * A link as the kernel holds it. Prints as the first line of {@code ip link show}.
 *
 * @param index unique in its namespace, above 0
 * @param type {@code ARPHRD_*}: 1 Ethernet, 772 loopback
 * @param mac all zero for a link without an Ethernet address
 * @param mtu in bytes
 * @param queueDiscipline such as {@code noqueue}
 * @param master index of the bridge it is a port of; 0 for none
 * @param peer {@code IFLA_LINK}: index of a veth's other end, or of the link below a tunnel; 0 for none. An index in {@link
 *     #peerNamespace} when that is not negative, else in this link's own namespace
 * @param peerNamespace {@code IFLA_LINK_NETNSID}: the id that this link's namespace has for the peer's; -1 for its own
 * @param ports what it is to its master: at most one entry
 * @param alias empty for none
 */
public record Link(
        int index,
        String name,
        int type,
        LinkFlags flags,
        Mac mac,
        int mtu,
        String queueDiscipline,
        OperState operState,
        long group,
        int master,
        int peer,
        int peerNamespace,
        LinkKind kind,
        List<BridgePort> ports,
        String alias,
        List<String> alternativeNames,
        AddressGeneration addressGeneration,
        LinkStats stats) {

    /** Reads an {@code RTM_NEWLINK} or {@code RTM_DELLINK}. */
    public static Link decode(Message message) {
        return LinkDecoder.decode(message);
    }

    public boolean isUp() {
        return flags.isUp();
    }

    /** Its life as a bridge port, where it has one. */
    public Optional<BridgePort> port() {
        return ports.stream().findFirst();
    }

    /** {@code 3: eth0@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP}. */
    public String text(DeviceNames names) {
        StringBuilder text = new StringBuilder().append(index).append(": ").append(name);
        if (peer != 0) {
            text.append('@').append(peerNamespace >= 0 ? "if" + peer : names.of(peer));
        }
        text.append(": ").append(flags).append(" mtu ").append(mtu);
        if (!queueDiscipline.isEmpty()) {
            text.append(" qdisc ").append(queueDiscipline);
        }
        if (master != 0) {
            text.append(" master ").append(names.of(master));
        }
        return text.append(" state ").append(operState).toString();
    }

    @Override
    public String toString() {
        return text(DeviceNames.NUMBERS);
    }
}
