package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.PodMac;
import dev.fairlead.trace.Walk.Telling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said of a packet's moves, for somebody who follows one for the first time; {@link NatWording} of its translation. */
final class Wording {
    private Wording() {}

    /** As {@link IpPort} prints, with {@code any} where the port isn't known: what a prediction has for port 0. */
    static String shown(IpPort end) {
        String text = end.toString();
        return end.port() == 0 ? text.substring(0, text.length() - 1) + "any" : text;
    }

    /** {@code 10.244.1.5:41234 → 10.96.0.17:80}, {@code 10.244.1.5 id 4711 → 10.244.2.7}. */
    static String arrow(Flow flow) {
        return source(flow) + " → " + source(flow.reply());
    }

    /** Where it comes from. */
    static String source(Flow flow) {
        return flow.protocol().hasPorts() ? shown(flow.source()) : flow.sourceText();
    }

    /** {@code pod/default/client} as {@code pod default/client}. */
    static String named(String object) {
        return object.replaceFirst("/", " ");
    }

    // ---- in the pod

    static Telling toItself(Place pod, Flow flow) {
        return Telling.of(
                "stays in the pod: " + flow.destination().ip()
                        + " is its own address, reached over its loopback device",
                "local " + flow.destination().ip() + " dev lo",
                pod.object());
    }

    /** @param network the pod's own, empty where its address is in none of the node's pod CIDRs */
    static Telling leftPod(Place pod, Optional<Prefix> network, boolean neighbour, boolean toBridge, Walk walk) {
        Ip to = walk.flow().destination().ip();
        if (network.isEmpty()) {
            return Telling.of("left the pod by its default route", "", pod.object());
        }
        if (!neighbour) {
            Ip gateway = NodeView.gateway(network.get());
            return Telling.of(
                    "left the pod: " + to + " is not in " + network.get() + ", so to the default gateway " + gateway,
                    "default via " + gateway + " dev " + pod.device(),
                    pod.object());
        }
        return Telling.of(
                "left the pod: " + to + " is in its own network " + network.get()
                        + (toBridge ? ", and the bridge has it" : ", so straight to that pod's MAC address"),
                network.get() + " dev " + pod.device(),
                pod.object());
    }

    static Telling noNeighbour(Place pod, Ip to, NodeView here) {
        return Telling.of(
                "never left the pod: nobody says which MAC address has " + to
                        + ", and after three seconds of asking its own kernel gives up",
                here.podCidr(to).map(cidr -> cidr + " dev " + pod.device()).orElse(""),
                pod.object());
    }

    // ---- on the bridge

    /** @param switched whether its frame is addressed to another pod, and not to the bridge itself */
    static Telling enteredBridge(Place pod, String bridge, boolean switched) {
        return Telling.of(
                "arrived in the node's root namespace, at the other end of the pod's veth pair, a port of bridge "
                        + bridge + (switched ? "" : ", to which the frame is addressed"),
                "",
                "node/" + pod.node(),
                pod.object());
    }

    static Telling bridged(Place pod, String bridge) {
        List<String> details = new ArrayList<>();
        if (!pod.ips().isEmpty()) {
            details.add(PodMac.of(pod.ips()) + " dev " + pod.port() + " master " + bridge);
        }
        return new Telling(
                "bridge " + bridge + " sent it out by this port, behind which is " + named(pod.object()),
                details,
                List.of(pod.object()));
    }

    static Telling resetOut(Place client) {
        return Telling.of(
                "the kernel answers with a TCP reset, by the port where the packet came in",
                "",
                "node/" + client.node());
    }

    // ---- between nodes

    static Telling routed(NodeView here, Way way, String device) {
        String own = here.place().object();
        return switch (way) {
            case Way.Local local
            when device.equals("lo") ->
                Telling.of("stays on this node: " + local.to() + " is its own", local + " dev lo", own);
            case Way.Local local ->
                Telling.of(
                        "is for this node itself: " + local.to() + " is one of its addresses", local.toString(), own);
            case Way.Bridge bridge ->
                Telling.of(
                        "routed to bridge " + bridge.device() + ": this node's own pods have " + bridge.podCidr(),
                        bridge.toString(),
                        own);
            case Way.Peer peer ->
                Telling.of(
                        "routed to " + peer.route().node() + ", whose pods have "
                                + peer.route().destination(),
                        peer.toString(),
                        "node/" + peer.route().node());
            case Way.Neighbour neighbour ->
                Telling.of(
                        "routed to " + neighbour.node() + " itself, over the nodes' network",
                        neighbour.toString(),
                        "node/" + neighbour.node());
            case Way.None none -> Telling.of("no route", none.toString(), own);
        };
    }

    static Telling leftNode(String node, String peer) {
        return Telling.of("left for " + peer, "", "node/" + node, "node/" + peer);
    }

    static Telling enteredUplink(NodeView here) {
        return Telling.of(
                "arrived from the network between the nodes", "", here.place().object());
    }

    static Telling deliveredToNode(NodeView here, String object, String text) {
        List<String> objects = new ArrayList<>(List.of(object));
        if (!objects.contains(here.place().object())) {
            objects.add(here.place().object());
        }
        return new Telling(text + ", in the root namespace of " + here.name(), List.of(), objects);
    }

    // ---- nowhere

    static Telling noPod(Ip to, NodeView here, String bridge) {
        return Telling.of(
                "nobody behind bridge " + bridge + " says which MAC address has " + to
                        + "; after three seconds of asking the node gives up and answers 'host unreachable'",
                here.podCidr(to).map(cidr -> cidr + " dev " + bridge).orElse(""),
                here.place().object());
    }

    /** @param endpoint whether a Service led here */
    static String nobody(Ip to, NodeView here, boolean endpoint) {
        return "no pod has this address: " + to + " is one for pods of " + here.name() + " ("
                + here.podCidr(to).map(Prefix::toString).orElse("") + "), but none of them has it; "
                + (endpoint
                        ? "the Service's EndpointSlice still names it, and it passes as soon as that is brought up to date"
                        : "ask a pod that runs, or the Service in front of it");
    }

    static Telling noRoute(NodeView here, Way.None none) {
        List<String> details = new ArrayList<>(List.of(none.toString()));
        details.addAll(none.problems());
        return new Telling(
                "dropped: no plan of " + here.name() + " has a route to " + none.to(),
                details,
                List.of(here.place().object()));
    }

    static String noRouteReason(NodeView here, Way.None none) {
        return none.problems().isEmpty()
                ? none.to() + " is outside of the cluster: neither a pod's, a Service's nor a node's address, and "
                        + here.name() + " needs a route of its own to it, such as a default route"
                : String.join("; ", none.problems());
    }
}
