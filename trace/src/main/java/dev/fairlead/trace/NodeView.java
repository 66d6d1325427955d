package dev.fairlead.trace;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.ipam.Range;
import dev.fairlead.plan.routes.NodeRoute;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.plan.services.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One node as its plans make it: which Services it translates, and which way it sends a packet. */
record NodeView(Scene scene, Node node, ServicePlan services, NodeRoutes routes) {

    /** @throws IllegalArgumentException when the picture doesn't have the node */
    static NodeView of(Scene scene, String name) {
        Node node = scene.picture()
                .node(name)
                .orElseThrow(() -> new IllegalArgumentException("no packet can be followed through node " + name
                        + ": the cluster's picture doesn't have it; its nodes are "
                        + String.join(", ", scene.picture().nodes().keySet())));
        return new NodeView(
                scene,
                node,
                ServicePlan.of(scene.picture(), name),
                NodeRoutes.plan(scene.picture(), name, new NodeRoutes.Uplink(scene.uplink(), 0)));
    }

    String name() {
        return node.name();
    }

    /** The node itself as somebody who sends and receives. */
    Place place() {
        return new Place(name(), "", node.addresses(), "", "");
    }

    /** By the longest prefix, as the kernel; the plans' destinations don't overlap, so the first that fits is that. */
    Way way(Ip to) {
        if (isOwn(to)) {
            return new Way.Local(to);
        }
        Optional<Prefix> podCidr = podCidr(to);
        if (podCidr.isPresent()) {
            return new Way.Bridge(podCidr.get(), scene.bridge());
        }
        for (NodeRoute route : routes.routes().values()) {
            if (route.destination().contains(to)) {
                return new Way.Peer(route);
            }
        }
        for (Node other : scene.picture().nodes().values()) {
            if (other.addresses().contains(to) && node.address(to.family()).isPresent()) {
                return new Way.Neighbour(to, scene.uplink(), other.name());
            }
        }
        return new Way.None(to, problems(to));
    }

    private List<String> problems(Ip to) {
        List<String> found = new ArrayList<>();
        for (Node other : scene.picture().nodes().values()) {
            for (Prefix podCidr : other.podCidrs()) {
                if (podCidr.contains(to)) {
                    routes.problems().stream()
                            .filter(problem -> problem.contains(podCidr + " of node " + other.name()))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Whether it is an address of the node, its bridge's among them. */
    boolean isOwn(Ip ip) {
        return ip.isLoopback()
                || node.addresses().contains(ip)
                || podCidr(ip).filter(cidr -> gateway(cidr).equals(ip)).isPresent();
    }

    /** The node's pod CIDR that {@code ip} is in: to a pod of the node the others in it are neighbours. */
    Optional<Prefix> podCidr(Ip ip) {
        return node.podCidrs().stream().filter(cidr -> cidr.contains(ip)).findFirst();
    }

    /** The bridge's address in a pod CIDR, which is the default gateway of its pods. */
    static Ip gateway(Prefix podCidr) {
        return Range.of(podCidr).gateway();
    }

    /** The pod on this node's bridge that has an address. */
    Optional<Place> pod(Ip ip) {
        return scene.pods().stream()
                .filter(pod ->
                        pod.isPod() && pod.node().equals(name()) && pod.ips().contains(ip))
                .findFirst();
    }

    /** The source address that the kernel gives to what leaves by a way: that of the device, or of the destination itself. */
    Optional<Ip> source(Way way, Family family) {
        return switch (way) {
            case Way.Local local -> Optional.of(local.to());
            case Way.Bridge bridge -> Optional.of(gateway(bridge.podCidr()));
            case Way.Peer peer -> node.address(family);
            case Way.Neighbour neighbour -> node.address(family);
            case Way.None none -> node.address(family);
        };
    }
}
