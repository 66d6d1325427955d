package dev.fairlead.lab;

import dev.fairlead.cluster.ApiSource;
import dev.fairlead.cluster.ClusterFollower;
import dev.fairlead.cni.protocol.Interface;
import dev.fairlead.kernel.drops.DropSource;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.PodNetwork;
import dev.fairlead.lab.node.RunningPod;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.LentDrops;
import dev.fairlead.trace.observe.Spot;
import dev.fairlead.trace.observe.Stage;
import dev.fairlead.trace.observe.Watch.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The lab as a trace sees it: what the API tells everybody of the cluster, and where each pod is plugged in, as CNI said it.
 *
 * @param pods the sandboxes of those with a network of their own, by {@code namespace/name}; they stay the pods'
 * @param nodes that run, by name
 * @param drops lent to the lab
 */
record TraceStage(Scene scene, Map<String, Sandbox> pods, Map<String, LabNode> nodes, Optional<DropSource> drops) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    static final String BRIDGE = "fl0";

    static TraceStage of(Lab lab) {
        List<Place> places = new ArrayList<>();
        Map<String, Sandbox> pods = new LinkedHashMap<>();
        Map<String, LabNode> nodes = new LinkedHashMap<>();
        lab.nodes().forEach(node -> nodes.put(node.slot().name(), node));
        for (Pod pod : lab.picture().pods().values()) {
            lab.findRunning(pod).ifPresent(running -> add(pod, running, places, pods));
            if (!nodes.containsKey(pod.spec().nodeName())) {
                addStopped(pod, places);
            }
        }
        Scene scene = new Scene(picture(lab.source()), places, BRIDGE, Underlay.UPLINK);
        return new TraceStage(scene, pods, nodes, lab.drops.source());
    }

    private static void add(Pod pod, RunningPod running, List<Place> places, Map<String, Sandbox> pods) {
        String name = pod.key().toString();
        String node = pod.spec().nodeName();
        if (pod.spec().hostNetwork()) {
            places.add(new Place(node, name, running.addresses(), "", ""));
        } else if (running.attached().isPresent() && running.sandbox().isPresent()) {
            Sandbox sandbox = running.sandbox().get();
            places.add(new Place(
                    node,
                    name,
                    running.addresses(),
                    PodNetwork.INTERFACE,
                    port(running.attached().get())));
            pods.put(name, sandbox);
        }
    }

    /** A pod of a node that is stopped: the API has its addresses still, and nobody knows its port any more. */
    private static void addStopped(Pod pod, List<Place> places) {
        if (!pod.status().podIps().isEmpty()) {
            String device = pod.spec().hostNetwork() ? "" : PodNetwork.INTERFACE;
            places.add(new Place(
                    pod.spec().nodeName(), pod.key().toString(), pod.status().podIps(), device, ""));
        }
    }

    /** The node's end of a pod's veth pair; empty where it has none. */
    static String port(RunningPod running) {
        return running.attached().map(TraceStage::port).orElse("");
    }

    /** The node's end of the veth pair: of the interfaces that a plugin names, the last one outside the pod that isn't a bridge. */
    private static String port(PodNetwork.Attached attached) {
        String port = "";
        for (Interface there : attached.result().interfaces()) {
            if (there.sandbox().isEmpty() && there.name().startsWith("veth")) {
                port = there.name();
            }
        }
        return port;
    }

    private static ClusterPicture picture(ApiSource source) {
        try (ClusterFollower follower = ClusterFollower.start(source, "")) {
            return follower.await(unused -> true, PATIENCE)
                    .orElseThrow(() -> new LabRefusal("the lab's API did not answer in time; try again"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabRefusal("interrupted");
        }
    }

    /** Root namespaces of the nodes; they stay theirs. */
    Map<String, Netns> namespaces() {
        Map<String, Netns> namespaces = new LinkedHashMap<>();
        nodes.forEach((name, node) -> namespaces.put(name, node.sandbox().netns()));
        return namespaces;
    }

    /** The devices that packets may pass from the first of these to one of the others: their own, their ports, and every uplink. */
    Stage watching(List<Place> ends) {
        List<Watched> devices = new ArrayList<>();
        for (Place end : ends.stream().distinct().toList()) {
            Sandbox pod = pods.get(end.pod());
            if (end.isPod() && pod != null && nodes.containsKey(end.node())) {
                devices.add(inPod(end, pod, end.device(), Spot.Role.POD));
                devices.add(new Watched(new Spot(end.node(), "", end.port(), Spot.Role.PORT), ""));
            }
        }
        Place from = ends.getFirst();
        Sandbox own = pods.get(from.pod());
        if (from.isPod() && own != null && ends.subList(1, ends.size()).contains(from)) {
            devices.add(inPod(from, own, "lo", Spot.Role.LOOPBACK));
        }
        Map<String, Eyes.Opening> eyes = new LinkedHashMap<>();
        nodes.forEach((name, node) -> {
            devices.add(new Watched(new Spot(name, "", Underlay.UPLINK, Spot.Role.UPLINK), ""));
            eyes.put(name, node.agent().eyes());
        });
        return new Stage(scene, eyes, devices, drops.map(source -> new LentDrops(source, homes(ends))));
    }

    /** Whose network namespaces they are in which packets on the way may be dropped, by their inode numbers. */
    private Map<Long, LentDrops.Home> homes(List<Place> ends) {
        Map<Long, LentDrops.Home> homes = new LinkedHashMap<>();
        nodes.forEach((name, node) -> homes.put(node.sandbox().netns().inode(), new LentDrops.Home(name, "")));
        for (Place end : ends) {
            Sandbox pod = pods.get(end.pod());
            if (pod != null) {
                homes.put(pod.netns().inode(), new LentDrops.Home(end.node(), end.pod()));
            }
        }
        return homes;
    }

    private static Watched inPod(Place pod, Sandbox sandbox, String device, Spot.Role role) {
        return new Watched(
                new Spot(pod.node(), pod.pod(), device, role),
                sandbox.netnsPath().toString());
    }
}
