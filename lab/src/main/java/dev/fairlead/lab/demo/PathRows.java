package dev.fairlead.lab.demo;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row.Observation;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Ip;

/** Rows 5 and 6: the way from pod to pod. */
final class PathRows {
    private final Scene scene;

    PathRows(Lab lab) {
        this.scene = new Scene(lab);
    }

    void sameNode(Observation seen) {
        Pod client = scene.pod("client");
        Pod neighbour = scene.pod("neighbour");
        Ip to = scene.ip(neighbour);
        Netns node = scene.root(scene.node(client));
        Route route = route(scene.netns(client), to, seen, "route in the pod");
        seen.require(route.gateway().isUnspecified(), "the pod sends to " + to + " through a gateway");
        long before = Probe.forwarded(node);
        String answer = Probe.get(scene.netns(client), to, 8080, "/clientip");
        long routed = Probe.forwarded(node) - before;
        seen.saw("neighbour saw", answer).saw("packets that the node routed meanwhile", routed);
        seen.require(answer.startsWith(scene.ip(client) + ":"), "the neighbour saw another source, " + answer);
        seen.require(routed == 0, "the node routed " + routed + " packets that should have been bridged");
    }

    void otherNode(Observation seen) {
        Pod client = scene.pod("client");
        Pod distant = scene.pod("distant");
        Ip to = scene.ip(distant);
        Netns node = scene.root(scene.node(client));
        Route inPod = route(scene.netns(client), to, seen, "route in the pod");
        Route inNode = route(node, to, seen, "route in the node");
        seen.require(!inPod.gateway().isUnspecified(), "the pod does not send to " + to + " through its gateway");
        Ip nextNode = scene.node(distant).slot().addresses().getFirst();
        seen.require(inNode.gateway().equals(nextNode), "the node does not send to " + to + " via " + nextNode);
        long before = Probe.forwarded(node);
        String answer = Probe.get(scene.netns(client), to, 8080, "/clientip");
        long routed = Probe.forwarded(node) - before;
        seen.saw("distant saw", answer).saw("packets that the node routed meanwhile", routed);
        seen.require(answer.startsWith(scene.ip(client) + ":"), "the distant pod saw another source, " + answer);
        seen.require(routed > 0, "the node routed no packet");
    }

    private static Route route(Netns namespace, Ip to, Observation seen, String what) {
        try (Rtnetlink rtnetlink = Rtnetlink.open(namespace)) {
            Route route = rtnetlink.routes().lookUp(to);
            seen.saw(what, firstLine(route.text(rtnetlink.links().names())));
            return route;
        }
    }

    /** A looked-up route has a second line, on how it is cached. */
    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }
}
