package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.control.NodeLifecycle;
import dev.fairlead.lab.control.RolloutStatus;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.DeploymentSpec.Strategy;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** How far Deployments and ReplicaSets are, and what a node is, as their {@code status} says it. */
final class WorkloadStatuses {
    /** What nodes say they are; the runtime is the lab itself. */
    static final String VERSION = "v1.33.0+fairlead";

    private WorkloadStatuses() {}

    /** As {@code syncRolloutStatus} of the Deployment controller. */
    static ObjectNode deployment(RolloutStatus rollout, Deployment deployment, JsonNode document, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put(
                "observedGeneration",
                document.path("metadata").path("generation").asLong());
        number(status, "replicas", rollout.replicas());
        number(status, "updatedReplicas", rollout.updated());
        number(status, "readyReplicas", rollout.ready());
        number(status, "availableReplicas", rollout.available());
        number(status, "unavailableReplicas", Math.max(0, rollout.wanted() - rollout.available()));
        int missing = deployment.spec().strategy() instanceof Strategy.RollingUpdate rolling
                ? rolling.maxUnavailable().ofRoundedDown(rollout.wanted())
                : 0;
        boolean available = rollout.available() >= rollout.wanted() - missing;
        Conditions conditions = new Conditions(document.path("status").path("conditions"), now);
        conditions.addUpdated(
                "Available",
                available,
                available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
        RolloutProgress.condition(document, rollout, now)
                .ifPresent(condition -> conditions.all().add(condition));
        status.set("conditions", conditions.all());
        return status;
    }

    static ObjectNode replicaSet(LabPicture picture, ReplicaSet replicaSet, JsonNode document, Instant now) {
        int minReadySeconds = 0;
        for (OwnerReference owner : replicaSet.metadata().ownerReferences()) {
            Deployment deployment = picture.deployments()
                    .get(new ObjectKey(replicaSet.metadata().namespace(), owner.name()));
            minReadySeconds = deployment == null ? 0 : deployment.spec().minReadySeconds();
        }
        int replicas = 0;
        int ready = 0;
        int available = 0;
        for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
            if (pod.active()) {
                replicas++;
                ready += pod.status().ready() ? 1 : 0;
                available += pod.status().availableAt(now, minReadySeconds) ? 1 : 0;
            }
        }
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put(
                "observedGeneration",
                document.path("metadata").path("generation").asLong());
        status.put("replicas", replicas);
        number(status, "fullyLabeledReplicas", replicas);
        number(status, "readyReplicas", ready);
        number(status, "availableReplicas", available);
        return status;
    }

    private static void number(ObjectNode status, String name, int number) {
        if (number > 0) {
            status.put(name, number);
        }
    }

    static ObjectNode node(Node node, JsonNode before, Instant now) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        var addresses = status.putArray("addresses");
        node.addresses()
                .forEach(ip -> addresses.addObject().put("type", "InternalIP").put("address", ip.toString()));
        addresses.addObject().put("type", "Hostname").put("address", node.name());
        Conditions conditions = new Conditions(before.path("conditions"), now);
        if (node.ready()) {
            conditions
                    .add("Ready", true, "KubeletReady", "the node takes pods")
                    .put("lastHeartbeatTime", PodStatuses.text(now));
        } else {
            conditions
                    .addUnknown("Ready", "NodeStatusUnknown", "Kubelet stopped posting node status.")
                    .put("lastHeartbeatTime", lastHeartbeat(before, now));
        }
        status.set("conditions", conditions.all());
        status.putObject("nodeInfo")
                .put("kernelVersion", System.getProperty("os.version", ""))
                .put("osImage", osImage())
                .put("operatingSystem", "linux")
                .put("architecture", architecture())
                .put("containerRuntimeVersion", "fairlead://0.1.0")
                .put("kubeletVersion", VERSION)
                .put("kubeProxyVersion", VERSION)
                .put("machineID", "")
                .put("systemUUID", "")
                .put("bootID", "");
        return status;
    }

    private static String lastHeartbeat(JsonNode before, Instant now) {
        for (JsonNode condition : before.path("conditions")) {
            if (condition.path("type").asText().equals("Ready") && condition.has("lastHeartbeatTime")) {
                return condition.path("lastHeartbeatTime").asText();
            }
        }
        return PodStatuses.text(now);
    }

    /** Sets or takes away the taints of a node of which nothing is heard; others are their writers'. */
    static void taint(ObjectNode spec, boolean ready, Instant now) {
        ArrayNode taints = JsonNodeFactory.instance.arrayNode();
        boolean tainted = false;
        for (JsonNode taint : spec.path("taints")) {
            boolean ours = taint.path("key").asText().equals(NodeLifecycle.UNREACHABLE);
            tainted |= ours;
            if (!ours || !ready) {
                taints.add(taint);
            }
        }
        if (!ready && !tainted) {
            for (String effect : List.of("NoSchedule", "NoExecute")) {
                taints.addObject()
                        .put("key", NodeLifecycle.UNREACHABLE)
                        .put("effect", effect)
                        .put("timeAdded", PodStatuses.text(now));
            }
        }
        if (taints.isEmpty()) {
            spec.remove("taints");
        } else {
            spec.set("taints", taints);
        }
    }

    /** As Go calls it. */
    static String architecture() {
        return System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "amd64";
    }

    private static String osImage() {
        try {
            for (String line : Files.readAllLines(Path.of("/etc/os-release"))) { // os-release(5)
                if (line.startsWith("PRETTY_NAME=")) {
                    return line.substring("PRETTY_NAME=".length()).replace("\"", "");
                }
            }
        } catch (IOException e) {
            return "Linux"; // a name for a column, no more
        }
        return "Linux";
    }
}
