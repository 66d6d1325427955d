package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pod is made of.
 *
 * @param nodeName the node that it is assigned to; empty until the scheduler chose one
 * @param placement what else it says about its node
 * @param terminationGracePeriodSeconds between SIGTERM and SIGKILL; 0 or more
 * @param hostname its UTS host name; empty for the pod's own name
 * @param initContainers run one after the other before the others; sidecars among them go on running
 * @param hostNetwork whether it is in its node's own network namespace
 * @param original the spec as it was written, with the fields that the lab doesn't act on; must not be changed
 */
public record PodSpec(
        List<Container> containers,
        String nodeName,
        Placement placement,
        RestartPolicy restartPolicy,
        int terminationGracePeriodSeconds,
        String hostname,
        List<Container> initContainers,
        List<Volume> volumes,
        boolean hostNetwork,
        JsonNode original) {

    /** When a container that ended is started again. */
    public enum RestartPolicy {
        ALWAYS("Always"),
        ON_FAILURE("OnFailure"),
        NEVER("Never");

        private final String text;

        RestartPolicy(String text) {
            this.text = text;
        }

        /** As the manifest writes it. */
        @Override
        public String toString() {
            return text;
        }
    }

    public PodSpec {
        containers = List.copyOf(containers);
        initContainers = List.copyOf(initContainers);
        volumes = List.copyOf(volumes);
    }

    public PodSpec onNode(String node) {
        return with(node, terminationGracePeriodSeconds);
    }

    public PodSpec withGrace(int seconds) {
        return with(nodeName, seconds);
    }

    private PodSpec with(String node, int grace) {
        return new PodSpec(
                containers,
                node,
                placement,
                restartPolicy,
                grace,
                hostname,
                initContainers,
                volumes,
                hostNetwork,
                original);
    }

    /** Init containers, then the others. */
    public List<Container> allContainers() {
        List<Container> all = new ArrayList<>(initContainers);
        all.addAll(containers);
        return all;
    }

    /** Whether it needs ports of its node. */
    public boolean usesHostPorts() {
        return hostNetwork || !hostPorts().isEmpty();
    }

    /** The ports of the node that it needs for itself; in the node's own namespace those are all its ports. */
    public List<ContainerPort> hostPorts() {
        List<ContainerPort> ports = new ArrayList<>();
        containers.forEach(container -> addHostPorts(container, ports));
        for (Container container : initContainers) {
            if (container.sidecar()) {
                addHostPorts(container, ports);
            }
        }
        return ports;
    }

    private void addHostPorts(Container container, List<ContainerPort> ports) {
        for (ContainerPort port : container.ports()) {
            if (port.hostPort() != 0) {
                ports.add(port);
            } else if (hostNetwork) {
                int same = port.containerPort();
                ports.add(new ContainerPort(port.name(), same, port.protocol(), same, ""));
            }
        }
    }

    /** Whether the lab would do the same for both: everything but {@code original} and tolerations is equal. */
    public boolean actsLike(PodSpec other) {
        return containers.equals(other.containers)
                && nodeName.equals(other.nodeName)
                && placement.sameBut(other.placement)
                && restartPolicy == other.restartPolicy
                && terminationGracePeriodSeconds == other.terminationGracePeriodSeconds
                && hostname.equals(other.hostname)
                && initContainers.equals(other.initContainers)
                && volumes.equals(other.volumes)
                && hostNetwork == other.hostNetwork;
    }
}
