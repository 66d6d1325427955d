package dev.fairlead.lab.demo;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row.NotObserved;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.RunningPod;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds the objects of the demo in a lab. */
record Scene(Lab lab) {

    Pod pod(String name) {
        Pod pod = lab.picture().pods().get(new ObjectKey("default", name));
        if (pod == null || !pod.status().ready()) {
            throw new NotObserved("pod " + name + " is not running"
                    + (pod == null || pod.status().reason().isEmpty()
                            ? ""
                            : ": " + pod.status().reason()));
        }
        return pod;
    }

    List<Pod> podsOf(String app) {
        return lab.picture().pods().values().stream()
                .filter(pod -> app.equals(pod.metadata().labels().get("app")))
                .filter(pod -> pod.status().ready() && !pod.metadata().deleting())
                .toList();
    }

    Ip ip(Pod pod) {
        return pod.status().podIps().getFirst();
    }

    RunningPod running(Pod pod) {
        return lab.running(pod);
    }

    Sandbox sandbox(Pod pod) {
        return running(pod).sandbox().orElseThrow(() -> new NotObserved("pod " + pod.key() + " has no namespaces"));
    }

    Netns netns(Pod pod) {
        return sandbox(pod).netns();
    }

    LabNode node(Pod pod) {
        return node(pod.spec().nodeName());
    }

    LabNode node(String name) {
        return lab.nodes().stream()
                .filter(node -> node.slot().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotObserved("there is no node " + name));
    }

    Netns root(LabNode node) {
        return node.sandbox().netns();
    }

    Ip serviceIp(String name) {
        Service service = lab.picture().services().get(new ObjectKey("default", name));
        if (service == null || service.spec().clusterIps().isEmpty()) {
            throw new NotObserved("Service " + name + " has no address");
        }
        return service.spec().clusterIps().getFirst();
    }

    /** The pod that has an address. */
    String podWith(Ip ip) {
        for (Pod pod : lab.picture().pods().values()) {
            if (pod.status().podIps().contains(ip)) {
                return pod.metadata().name() + " on " + pod.spec().nodeName();
            }
        }
        return "nobody";
    }

    static Link link(Rtnetlink namespace, String name) {
        return namespace.links().find(name).orElseThrow(() -> new NotObserved("there is no device " + name));
    }

    /** A namespace of a process as the kernel names it, {@code net:[4026532183]}. */
    static String namespace(int pid, String kind) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the " + kind + " namespace of process " + pid, e);
        }
    }

    static String statusLine(int pid, String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith(name + ":")) {
                    return line.substring(name.length() + 1).strip().replace('\t', ' ');
                }
            }
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the status of process " + pid, e);
        }
    }
}
