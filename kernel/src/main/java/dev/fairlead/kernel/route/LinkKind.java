package dev.fairlead.kernel.route;

import dev.fairlead.packet.Ip;
import java.time.Duration;

/** What kind of device a link is ({@code IFLA_INFO_KIND}), with what there is to say about it. Prints as {@code ip -d}. */
public sealed interface LinkKind {

    /** As the kernel names it; empty for loopback and hardware. */
    String name();

    /** Loopback or hardware: nothing that could be made or deleted. */
    record Plain() implements LinkKind {
        @Override
        public String name() {
            return "";
        }
    }

    /** One end of a pair; the other is {@link Link#peer()}. Pairs are made by {@link LinkRequests#createVeth}. */
    record Veth() implements LinkKind {
        @Override
        public String name() {
            return "veth";
        }
    }

    /** Takes everything that is sent to it. */
    record Dummy() implements LinkKind {
        @Override
        public String name() {
            return "dummy";
        }
    }

    /** Gives back to a link, as received, what it is sent for it; so what a link receives can wait in a queue. */
    record Ifb() implements LinkKind {
        @Override
        public String name() {
            return "ifb";
        }
    }

    /**
     * A bridge.
     *
     * @param ageing how long an unused learned MAC address stays, in steps of 10 ms
     * @param spanningTree {@code IFLA_BR_STP_STATE}: ports then wait before they forward
     * @param multicastSnooping {@code IFLA_BR_MCAST_SNOOPING}
     * @param filterIpv4 {@code nf_call_iptables}: bridged IPv4 packets pass the IP hooks of netfilter; has an effect only
     *     where the kernel has br_netfilter
     * @param filterIpv6 {@code nf_call_ip6tables}, the same for IPv6
     */
    record Bridge(
            Duration ageing,
            boolean spanningTree,
            boolean vlanFiltering,
            boolean multicastSnooping,
            boolean filterIpv4,
            boolean filterIpv6)
            implements LinkKind {

        /** The kernel's defaults, but without multicast snooping, which costs and isn't needed on a network of pods. */
        public static Bridge plain() {
            return new Bridge(Duration.ofMinutes(5), false, false, false, false, false);
        }

        public Bridge withAgeing(Duration time) {
            return new Bridge(time, spanningTree, vlanFiltering, multicastSnooping, filterIpv4, filterIpv6);
        }

        public Bridge withMulticastSnooping(boolean on) {
            return new Bridge(ageing, spanningTree, vlanFiltering, on, filterIpv4, filterIpv6);
        }

        public Bridge withVlanFiltering(boolean on) {
            return new Bridge(ageing, spanningTree, on, multicastSnooping, filterIpv4, filterIpv6);
        }

        /** Sends bridged IP packets through netfilter's IP hooks, or not. */
        public Bridge withFilter(boolean ipv4, boolean ipv6) {
            return new Bridge(ageing, spanningTree, vlanFiltering, multicastSnooping, ipv4, ipv6);
        }

        @Override
        public String name() {
            return "bridge";
        }

        @Override
        public String toString() {
            return "bridge ageing_time " + ageing.toMillis() / 10 + " stp_state " + bit(spanningTree)
                    + " vlan_filtering " + bit(vlanFiltering) + " mcast_snooping " + bit(multicastSnooping)
                    + " nf_call_iptables " + bit(filterIpv4) + " nf_call_ip6tables " + bit(filterIpv6);
        }

        private static int bit(boolean on) {
            return on ? 1 : 0;
        }
    }

    /**
     * A VXLAN tunnel end, RFC 7348.
     *
     * @param id the network identifier, 0 to 2^24 - 1
     * @param local source address of the outer packets; unspecified for "the route decides"
     * @param remote where to send what the FDB doesn't know, a unicast or multicast address; unspecified for none
     * @param device index of the underlying link, 0 for "the route decides"
     * @param port UDP destination port
     * @param learning whether source addresses of received packets become FDB entries
     */
    record Vxlan(int id, Ip local, Ip remote, int device, int port, boolean learning) implements LinkKind {
        /** IANA's port. */
        public static final int PORT = 4789;

        private static final Ip ANY = Ip.of("0.0.0.0");

        public Vxlan {
            if (id >>> 24 != 0) {
                throw new IllegalArgumentException("a VXLAN identifier has 24 bits, " + id + " is too large");
            }
        }

        /** A tunnel whose destinations come from FDB entries alone: no learning, IANA's port. */
        public static Vxlan of(int id) {
            return new Vxlan(id, ANY, ANY, 0, PORT, false);
        }

        public Vxlan withLocal(Ip address) {
            return new Vxlan(id, address, remote, device, port, learning);
        }

        public Vxlan withRemote(Ip address) {
            return new Vxlan(id, local, address, device, port, learning);
        }

        public Vxlan withDevice(int index) {
            return new Vxlan(id, local, remote, index, port, learning);
        }

        public Vxlan withPort(int number) {
            return new Vxlan(id, local, remote, device, number, learning);
        }

        public Vxlan withLearning(boolean on) {
            return new Vxlan(id, local, remote, device, port, on);
        }

        @Override
        public String name() {
            return "vxlan";
        }

        @Override
        public String toString() {
            return "vxlan id " + id
                    + (remote.isUnspecified() ? "" : (remote.isMulticast() ? " group " : " remote ") + remote)
                    + (local.isUnspecified() ? "" : " local " + local)
                    + (device == 0 ? "" : " dev if" + device)
                    + " dstport " + port + (learning ? "" : " nolearning");
        }
    }

    /** A kind that is only named here. */
    record Other(String name) implements LinkKind {}
}
