package dev.fairlead.bench;

import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.observe.Aim;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.LocalEyes;
import dev.fairlead.trace.observe.Observation;
import dev.fairlead.trace.observe.Spot;
import dev.fairlead.trace.observe.Stage;
import dev.fairlead.trace.observe.Watch.Watched;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arms what the lab arms for a trace of pod client: its device, that of the pod that it asks for, their ports, the uplinks, and the
 * rules of both nodes. Nobody makes that connection, so what is armed sees nothing.
 *
 * @param pod whom the connection would reach; what other traffic reaches, at another port, so that it passes as much of what is armed as can be
 * @param target the address that the client would ask for, of the pod itself or of a Service
 */
record TraceArming(TraceLab lab, String pod, Ip target) {
    private static final int UNUSED_PORT = 40_000;
    private static final int OTHER_PORT = TraceLab.PORT + 1;
    private static final String DEVICE = "eth0";
    private static final String UPLINK = "uplink";

    Observation arm() {
        Ip client = lab.ip("pods", TraceLab.CLIENT);
        IpPort asked = new IpPort(target, OTHER_PORT);
        Flow flow = new Flow(Protocol.TCP, new IpPort(client, UNUSED_PORT), asked);
        var from = new dev.fairlead.trace.Place(
                lab.nodeOf(TraceLab.CLIENT), name(TraceLab.CLIENT), List.of(client), DEVICE, port(TraceLab.CLIENT));
        return Observation.arm(
                stage(), new Aim(from, flow, List.of(asked, new IpPort(lab.ip("pods", pod), OTHER_PORT)), List.of()));
    }

    private static String name(String pod) {
        return "default/" + pod;
    }

    private Stage stage() {
        Map<String, Eyes.Opening> nodes = new LinkedHashMap<>();
        List<Watched> devices = new ArrayList<>();
        for (String node : List.of("node-1", "node-2")) {
            nodes.put(node, LocalEyes.of(lab.namespace(node)));
            devices.add(new Watched(new Spot(node, "", UPLINK, Spot.Role.UPLINK), ""));
        }
        for (String end : List.of(TraceLab.CLIENT, pod)) {
            String node = lab.nodeOf(end);
            devices.add(new Watched(new Spot(node, name(end), DEVICE, Spot.Role.POD), path(end)));
            devices.add(new Watched(new Spot(node, "", port(end), Spot.Role.PORT), ""));
        }
        return new Stage(new Scene(ClusterPicture.EMPTY, List.of(), "fl0", UPLINK), nodes, devices);
    }

    private String path(String pod) {
        return lab.namespace(pod).fd().path().toString();
    }

    /** The node's end of a pod's veth pair. */
    private String port(String of) {
        try (Rtnetlink inPod = Rtnetlink.open(lab.namespace(of));
                Rtnetlink inNode = Rtnetlink.open(lab.namespace(lab.nodeOf(of)))) {
            int index = inPod.links().require(DEVICE).peer();
            return inNode.links()
                    .find(index)
                    .orElseThrow(() -> new IllegalStateException(of + "'s " + DEVICE + " has no other end"))
                    .name();
        }
    }
}
