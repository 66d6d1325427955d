package dev.fairlead.plan.routes;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.PersistentMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The routes of one node to the pods of all others.
 *
 * @param routes by destination
 * @param problems a sentence for each pod CIDR that gets no route although it should have one; it names both nodes
 */
public record NodeRoutes(PersistentMap<Prefix, NodeRoute> routes, List<String> problems) {
    /** No routes: what a node has before its first plan. */
    public static final NodeRoutes NONE = new NodeRoutes(PersistentMap.empty(), List.of());

    public NodeRoutes {
        problems = List.copyOf(problems);
    }

    /**
     * Where this node's traffic to other nodes leaves it.
     *
     * @param device the name of the link
     * @param mtu its MTU in bytes where routes must say it, or 0; see {@link NodeRoute#mtu}
     */
    public record Uplink(String device, int mtu) {}

    /**
     * The routes that {@code nodeName} needs. Where pod CIDRs overlap, this node's own comes first and then that of the node
     * whose name sorts first; the other gets no route and a problem. A node without pod CIDRs gets nothing: it has no pods
     * yet.
     */
    public static NodeRoutes plan(ClusterPicture picture, String nodeName, Uplink uplink) {
        Optional<Node> own = picture.node(nodeName);
        if (own.isEmpty()) {
            return new NodeRoutes(
                    PersistentMap.empty(),
                    List.of("node " + nodeName + " isn't in the cluster yet, so it has no routes"));
        }
        Planner planner = new Planner(own.get(), uplink);
        for (Node node : picture.nodes().values()) {
            if (!node.name().equals(nodeName)) {
                planner.add(node);
            }
        }
        return new NodeRoutes(planner.routes, planner.problems);
    }

    /** Confined to one call of {@link #plan}. */
    private static final class Planner {
        private final Node own;
        private final Uplink uplink;
        /** Who has which addresses so far, by first address. They don't overlap, so two neighbours tell. */
        private final TreeMap<Ip, Claim> claims = new TreeMap<>();

        private final List<String> problems = new ArrayList<>();
        private PersistentMap<Prefix, NodeRoute> routes = PersistentMap.empty();

        private record Claim(Prefix podCidr, Node node) {}

        Planner(Node own, Uplink uplink) {
            this.own = own;
            this.uplink = uplink;
            for (Prefix podCidr : own.podCidrs()) {
                claims.put(podCidr.first(), new Claim(podCidr, own));
            }
        }

        void add(Node node) {
            for (Prefix podCidr : node.podCidrs()) {
                Optional<Claim> other = overlapping(podCidr);
                Optional<Ip> via = node.address(podCidr.family());
                if (other.isPresent()) {
                    overlap(podCidr, node, other.get());
                } else if (via.isEmpty()) {
                    noAddress(podCidr, node, node);
                } else if (own.address(podCidr.family()).isEmpty()) {
                    noAddress(podCidr, node, own);
                } else {
                    claims.put(podCidr.first(), new Claim(podCidr, node));
                    routes = routes.with(
                            podCidr, new NodeRoute(podCidr, via.get(), uplink.device(), uplink.mtu(), node.name()));
                }
            }
        }

        private Optional<Claim> overlapping(Prefix podCidr) {
            Entry<Ip, Claim> before = claims.floorEntry(podCidr.first());
            if (before != null && before.getValue().podCidr().overlaps(podCidr)) {
                return Optional.of(before.getValue());
            }
            Entry<Ip, Claim> after = claims.ceilingEntry(podCidr.first());
            return after != null && after.getValue().podCidr().overlaps(podCidr)
                    ? Optional.of(after.getValue())
                    : Optional.empty();
        }

        private void overlap(Prefix podCidr, Node node, Claim other) {
            problems.add("node " + own.name() + " makes no route to " + podCidr + " of node " + node.name()
                    + ": it overlaps " + other.podCidr() + " of node "
                    + other.node().name() + "; give node "
                    + node.name() + " another pod CIDR");
        }

        private void noAddress(Prefix podCidr, Node node, Node lacking) {
            String family = podCidr.family() == Family.IPV4 ? "IPv4" : "IPv6";
            problems.add("node " + own.name() + " makes no route to " + podCidr + " of node " + node.name() + ": node "
                    + lacking.name() + " has no " + family + " address; give it one or take the pod CIDR away");
        }
    }

    /**
     * What makes one set of routes of another, each list in the order of destinations.
     *
     * @param replace routes whose destination stays and whose way changes, as they shall be
     * @param remove routes as they were
     */
    public record Change(List<NodeRoute> add, List<NodeRoute> replace, List<NodeRoute> remove) {
        public boolean isEmpty() {
            return add.isEmpty() && replace.isEmpty() && remove.isEmpty();
        }

        /** The commands that would do it. */
        public String text() {
            StringBuilder text = new StringBuilder();
            remove.forEach(route -> text.append("ip route del ").append(route).append('\n'));
            replace.forEach(
                    route -> text.append("ip route replace ").append(route).append('\n'));
            add.forEach(route -> text.append("ip route add ").append(route).append('\n'));
            return text.toString();
        }
    }

    /** What to do so that {@code after} holds where {@code before} did. */
    public static Change diff(NodeRoutes before, NodeRoutes after) {
        Change change = new Change(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        PersistentMap.differences(before.routes, after.routes, new PersistentMap.Differences<Prefix, NodeRoute>() {
            @Override
            public void added(Prefix destination, NodeRoute route) {
                change.add.add(route);
            }

            @Override
            public void removed(Prefix destination, NodeRoute route) {
                change.remove.add(route);
            }

            @Override
            public void changed(Prefix destination, NodeRoute was, NodeRoute is) {
                if (!was.sameInKernel(is)) {
                    change.replace.add(is);
                }
            }
        });
        return change;
    }

    /** A line for each route as {@code ip route} prints it, then a line for each problem as a comment. */
    public String text() {
        StringBuilder text = new StringBuilder();
        routes.values().forEach(route -> text.append(route).append('\n'));
        problems.forEach(problem -> text.append("# ").append(problem).append('\n'));
        return text.toString();
    }
}
