package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What a pod is made of.
 *
 * @param nodeName the node that it is assigned to; empty until the scheduler chose one
 * @param nodeSelector labels that its node must have
 * @param terminationGracePeriodSeconds between SIGTERM and SIGKILL; 0 or more
 * @param hostname its UTS host name; empty for the pod's own name
 * @param original the spec as it was written, with the fields that the lab doesn't act on; must not be changed
 */
public record PodSpec(
        List<Container> containers,
        String nodeName,
        Map<String, String> nodeSelector,
        RestartPolicy restartPolicy,
        int terminationGracePeriodSeconds,
        String hostname,
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
        nodeSelector = Ordered.copy(nodeSelector);
    }

    public PodSpec onNode(String node) {
        return new PodSpec(
                containers, node, nodeSelector, restartPolicy, terminationGracePeriodSeconds, hostname, original);
    }

    public PodSpec withGrace(int seconds) {
        return new PodSpec(containers, nodeName, nodeSelector, restartPolicy, seconds, hostname, original);
    }

    /** Whether the lab would do the same for both: everything but {@code original} is equal. */
    public boolean actsLike(PodSpec other) {
        return containers.equals(other.containers)
                && nodeName.equals(other.nodeName)
                && nodeSelector.equals(other.nodeSelector)
                && restartPolicy == other.restartPolicy
                && terminationGracePeriodSeconds == other.terminationGracePeriodSeconds
                && hostname.equals(other.hostname);
    }
}
