package dev.fairlead.lab;

import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.NodeSlot;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Names and addresses of a lab, all computed from a few prefixes: node n is {@code node-n}, has the (n+1)th address of the node
 * network and the nth /24 (IPv6: /64) of the pod network.
 *
 * @param nodeCidrs the underlay, one prefix for each family in use
 * @param podCidrs what the nodes' pod CIDRs are cut from, the same families in the same order
 * @param serviceCidrs what cluster IPs are taken from, the same families in the same order
 */
public record LabLayout(int nodes, List<Prefix> nodeCidrs, List<Prefix> podCidrs, List<Prefix> serviceCidrs) {
    /** An underlay bridge of this kernel takes 1,023 ports; the page is drawn for 20 nodes. */
    public static final int MOST_NODES = 100;

    private static final int NODE_POD_LENGTH_IPV4 = 24;
    private static final int NODE_POD_LENGTH_IPV6 = 64;

    /** Which families a lab speaks. */
    public enum Families {
        IPV4,
        IPV6,
        DUAL;

        private boolean has(Family family) {
            return this == DUAL || family.name().equals(name());
        }
    }

    /**
     * Lays out a lab and refuses what can't work.
     *
     * @throws LabRefusal naming the option and the prefixes that don't go together
     */
    public LabLayout {
        if (nodes < 1 || nodes > MOST_NODES) {
            throw new LabRefusal("--nodes " + nodes + " is not a number of nodes; use 1 to " + MOST_NODES);
        }
        for (int family = 0; family < podCidrs.size(); family++) {
            requireApart("--node-cidr", nodeCidrs.get(family), "--pod-cidr", podCidrs.get(family));
            requireApart("--node-cidr", nodeCidrs.get(family), "--service-cidr", serviceCidrs.get(family));
            requireApart("--pod-cidr", podCidrs.get(family), "--service-cidr", serviceCidrs.get(family));
            requireRoom("--node-cidr", nodeCidrs.get(family), 30);
            requireRoom(
                    "--pod-cidr",
                    podCidrs.get(family),
                    nodePodLength(podCidrs.get(family).family()));
            requireNodesFit(nodes, nodeCidrs.get(family), podCidrs.get(family));
        }
        nodeCidrs = List.copyOf(nodeCidrs);
        podCidrs = List.copyOf(podCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
    }

    /**
     * The usual prefixes, where the caller didn't give others.
     *
     * @param node prefixes that replace the usual one of their family; likewise the others
     */
    public static LabLayout of(
            int nodes, Families families, List<Prefix> node, List<Prefix> pod, List<Prefix> service) {
        return new LabLayout(
                nodes,
                choose("--node-cidr", families, node, "172.30.0.0/24", "fd00:172:30::/64"),
                choose("--pod-cidr", families, pod, "10.244.0.0/16", "fd00:10:244::/56"),
                choose("--service-cidr", families, service, "10.96.0.0/16", "fd00:10:96::/112"));
    }

    private static List<Prefix> choose(
            String option, Families families, List<Prefix> given, String usualIpv4, String usualIpv6) {
        List<Prefix> chosen = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Prefix> ofFamily = new ArrayList<>();
            for (Prefix prefix : given) {
                if (prefix.family() == family) {
                    ofFamily.add(prefix);
                }
            }
            if (!families.has(family)) {
                if (!ofFamily.isEmpty()) {
                    throw new LabRefusal(option + " " + ofFamily.getFirst()
                            + " is of a family that this lab doesn't have; say --ip-family dual");
                }
                continue;
            }
            if (ofFamily.size() > 1) {
                throw new LabRefusal(
                        option + " is given twice for one family: " + ofFamily.get(0) + " and " + ofFamily.get(1));
            }
            Prefix prefix =
                    ofFamily.isEmpty() ? Prefix.of(family == Family.IPV4 ? usualIpv4 : usualIpv6) : ofFamily.getFirst();
            if (!prefix.isNetwork()) {
                throw new LabRefusal(
                        option + " " + prefix + " has host bits set; did you mean " + prefix.network() + "?");
            }
            chosen.add(prefix);
        }
        return chosen;
    }

    private static void requireApart(String oneOption, Prefix one, String otherOption, Prefix other) {
        if (one.overlaps(other)) {
            throw new LabRefusal(oneOption + " " + one + " and " + otherOption + " " + other
                    + " overlap, so an address could mean two things; choose prefixes that don't");
        }
    }

    private static void requireRoom(String option, Prefix prefix, int longest) {
        int limit = prefix.family() == Family.IPV4 ? longest : Math.max(longest, NODE_POD_LENGTH_IPV6);
        if (prefix.length() > limit) {
            throw new LabRefusal(option + " " + prefix + " is too small; use /" + limit + " or shorter");
        }
    }

    private static void requireNodesFit(int nodes, Prefix nodeCidr, Prefix podCidr) {
        int podBits = nodePodLength(podCidr.family()) - podCidr.length();
        if (podBits < 31 && nodes >= 1 << podBits) {
            throw new LabRefusal("--pod-cidr " + podCidr + " has room for " + ((1 << podBits) - 1)
                    + " nodes and --nodes is " + nodes + "; use a shorter prefix");
        }
        if (!nodeCidr.contains(nodeCidr.first().plus(nodes + 2L))) {
            throw new LabRefusal(
                    "--node-cidr " + nodeCidr + " has no room for " + nodes + " nodes; use a shorter prefix");
        }
    }

    private static int nodePodLength(Family family) {
        return family == Family.IPV4 ? NODE_POD_LENGTH_IPV4 : NODE_POD_LENGTH_IPV6;
    }

    /** The nodes, {@code node-1} first. */
    public List<NodeSlot> slots() {
        List<NodeSlot> slots = new ArrayList<>();
        for (int n = 1; n <= nodes; n++) {
            List<Ip> addresses = new ArrayList<>();
            for (Prefix cidr : nodeCidrs) {
                addresses.add(cidr.first().plus(n + 1L));
            }
            List<Prefix> cidrs = new ArrayList<>();
            for (Prefix cidr : podCidrs) {
                cidrs.add(nthPodCidr(cidr, n));
            }
            slots.add(new NodeSlot("node-" + n, addresses, cidrs));
        }
        return slots;
    }

    private static Prefix nthPodCidr(Prefix cidr, int n) {
        int length = nodePodLength(cidr.family());
        int hostBits = cidr.family().bits() - length;
        Ip first = Ip.of(
                cidr.family(),
                cidr.first().number().add(java.math.BigInteger.valueOf(n).shiftLeft(hostBits)));
        return new Prefix(first, length);
    }

    /** A node's addresses as its uplink carries them. */
    public List<Prefix> uplinkPrefixes(NodeSlot slot) {
        List<Prefix> prefixes = new ArrayList<>();
        for (int i = 0; i < nodeCidrs.size(); i++) {
            prefixes.add(new Prefix(slot.addresses().get(i), nodeCidrs.get(i).length()));
        }
        return prefixes;
    }
}
