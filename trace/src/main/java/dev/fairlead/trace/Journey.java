package dev.fairlead.trace;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.trace.End.Answer;
import dev.fairlead.trace.Hooks.Origin;
import dev.fairlead.trace.Walk.At;
import java.util.Optional;
import java.util.function.Function;

/**
 * Carries a packet in one direction from where it is sent to where it ends, in the order in which it meets things: the pod, the
 * bridge, the hooks, the routes, the next node. Confined to one prediction.
 */
final class Journey {
    private final Function<String, NodeView> nodes;
    private final Hooks hooks;
    private final Walk walk;

    /** @param nodes by name */
    Journey(Function<String, NodeView> nodes, Hooks hooks, Walk walk) {
        this.nodes = nodes;
        this.hooks = hooks;
        this.walk = walk;
    }

    /** All the way from a pod or from a node's own namespace. */
    End from(Place sender) {
        NodeView here = nodes.apply(sender.node());
        return sender.isPod() ? fromPod(sender, here) : fromProcess(here);
    }

    private Ip destination() {
        return walk.flow().destination().ip();
    }

    // ---- out of a pod

    private End fromPod(Place pod, NodeView here) {
        if (destination().isLoopback() || pod.ips().contains(destination())) {
            At inside = new At(pod.node(), pod.pod(), "lo");
            walk.passes(inside, Event.DELIVERED, Wording.toItself(pod, walk.flow()));
            return new End(Answer.RECEIVER, pod, "");
        }
        Optional<Prefix> network = network(pod, here);
        boolean neighbour = network.filter(n -> n.contains(destination())).isPresent();
        if (neighbour && !here.isOwn(destination()) && here.pod(destination()).isEmpty()) {
            String reason = Wording.nobody(destination(), here, false);
            walk.passes(At.pod(pod), Event.DROPPED, Wording.noNeighbour(pod, destination(), here));
            return new End(Answer.SENDER, pod, reason);
        }
        walk.passes(At.pod(pod), Event.LEFT, Wording.leftPod(pod, network, neighbour, here.isOwn(destination()), walk));
        walk.passes(
                new At(here.name(), "", pod.port()),
                Event.ENTERED,
                Wording.enteredBridge(pod, here.scene().bridge(), neighbour && !here.isOwn(destination())));
        return atBridge(here, neighbour);
    }

    /** The pod's own network: the pod CIDR that its address of this family is in. */
    private Optional<Prefix> network(Place pod, NodeView here) {
        return pod.ips().stream()
                .filter(ip -> ip.family() == destination().family())
                .flatMap(ip -> here.podCidr(ip).stream())
                .findFirst();
    }

    /**
     * Bridged packets meet the hooks as they enter (docs/decisions/0001), and one whose destination was rewritten there to a pod
     * of this bridge is switched to it, though its frame was addressed to the gateway (br_nf_pre_routing_finish).
     */
    private End atBridge(NodeView here, boolean neighbour) {
        Ip asked = destination();
        Optional<End> ended = hooks.first(here, walk, Origin.BRIDGE);
        if (ended.isPresent()) {
            return ended.get();
        }
        Way way = here.way(destination());
        boolean rewritten = !asked.equals(destination());
        return way instanceof Way.Bridge && (neighbour || rewritten)
                ? toPod(here, way, here.scene().bridge())
                : onward(here, way, Origin.BRIDGE);
    }

    // ---- out of a node's own namespace

    private End fromProcess(NodeView here) {
        Optional<End> ended = hooks.first(here, walk, Origin.PROCESS);
        return ended.isPresent() ? ended.get() : onward(here, here.way(destination()), Origin.PROCESS);
    }

    // ---- from another node

    private End arrive(NodeView here) {
        walk.passes(new At(here.name(), "", here.scene().uplink()), Event.ENTERED, Wording.enteredUplink(here));
        Optional<End> ended = hooks.first(here, walk, Origin.UPLINK);
        return ended.isPresent() ? ended.get() : onward(here, here.way(destination()), Origin.UPLINK);
    }

    // ---- onward

    private End onward(NodeView here, Way way, Origin origin) {
        return switch (way) {
            case Way.Local local -> {
                routed(here, way, origin == Origin.PROCESS ? "lo" : "");
                yield toNode(here, way);
            }
            case Way.Bridge bridge -> {
                routed(here, way, bridge.device());
                yield toPod(here, way, bridge.device());
            }
            case Way.Peer peer -> toPeer(here, way, peer.route().node());
            case Way.Neighbour neighbour -> toPeer(here, way, neighbour.node());
            case Way.None none -> {
                walk.passes(new At(here.name(), "", ""), Event.DROPPED, Wording.noRoute(here, none));
                yield new End(
                        origin == Origin.PROCESS ? Answer.SENDER : Answer.ERROR,
                        here.place(),
                        Wording.noRouteReason(here, none));
            }
        };
    }

    private void routed(NodeView here, Way way, String device) {
        walk.passes(new At(here.name(), "", device), Event.ROUTED, Wording.routed(here, way, device));
    }

    private End toNode(NodeView here, Way way) {
        hooks.last(here, way, walk);
        String object = hooks.receiver().orElse(here.place().object());
        walk.passes(
                new At(here.name(), "", ""),
                Event.DELIVERED,
                Wording.deliveredToNode(here, object, hooks.delivered(walk.flow())));
        return new End(Answer.RECEIVER, here.place(), "");
    }

    private End toPod(NodeView here, Way way, String bridge) {
        Optional<Place> pod = here.pod(destination());
        if (pod.isEmpty()) {
            walk.passes(new At(here.name(), "", bridge), Event.DROPPED, Wording.noPod(destination(), here, bridge));
            return new End(
                    Answer.LATE_ERROR,
                    here.place(),
                    Wording.nobody(destination(), here, hooks.receiver().isPresent()));
        }
        hooks.last(here, way, walk);
        return out(pod.get(), bridge);
    }

    /** The last steps to a pod: out by its port, and in. */
    private End out(Place pod, String bridge) {
        walk.passes(new At(pod.node(), "", pod.port()), Event.BRIDGED, Wording.bridged(pod, bridge));
        walk.passes(At.pod(pod), Event.DELIVERED, Walk.Telling.of(hooks.delivered(walk.flow()), "", pod.object()));
        return new End(Answer.RECEIVER, pod, "");
    }

    private End toPeer(NodeView here, Way way, String peer) {
        routed(here, way, here.scene().uplink());
        hooks.last(here, way, walk);
        walk.passes(new At(here.name(), "", here.scene().uplink()), Event.LEFT, Wording.leftNode(here.name(), peer));
        return arrive(nodes.apply(peer));
    }

    /**
     * A reset to a pod. The kernel makes it for the bridge's port itself and no hook sees it ({@code nf_send_reset} in
     * net/ipv4/netfilter/nf_reject_ipv4.c).
     */
    void reset(Place client) {
        walk.passes(new At(client.node(), "", client.port()), Event.BRIDGED, Wording.resetOut(client));
        walk.passes(
                At.pod(client), Event.DELIVERED, Walk.Telling.of(hooks.delivered(walk.flow()), "", client.object()));
    }
}
