package dev.fairlead.lab;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.RunningContainer;
import dev.fairlead.lab.node.RunningPod;
import java.util.List;
import java.util.Optional;

/** Finds what requests about a pod's inside mean, and refuses in the real server's words (kubernetes {@code pkg/registry/core/pod}). */
record PodLookup(Lab lab) {

    Pod pod(String namespace, String name) {
        return Optional.ofNullable(lab.picture().pods().get(new ObjectKey(namespace, name)))
                .orElseThrow(() -> ApiException.notFound(Resources.PODS, name));
    }

    /** The name of a container of a pod. @param wanted empty for its only one */
    static String containerName(Pod pod, String wanted) {
        String name = pod.metadata().name();
        List<String> names =
                pod.spec().containers().stream().map(Container::name).toList();
        if (wanted.isEmpty()) {
            if (names.size() > 1) {
                throw ApiException.badRequest("a container name must be specified for pod " + name
                        + ", choose one of: [" + String.join(" ", names) + "]");
            }
            return names.getFirst();
        }
        if (pod.spec().allContainers().stream()
                .noneMatch(container -> container.name().equals(wanted))) {
            throw ApiException.badRequest("container " + wanted + " is not valid for pod " + name);
        }
        return wanted;
    }

    Optional<RunningContainer> find(Pod pod, String container) {
        return lab.findRunning(pod).map(RunningPod::containers).orElse(List.of()).stream()
                .filter(candidate -> candidate.name().equals(container))
                .findFirst();
    }

    /** A pod that a node has. */
    RunningPod running(Pod pod) {
        if (pod.spec().nodeName().isEmpty()) {
            throw ApiException.badRequest("pod " + pod.metadata().name() + " does not have a host assigned");
        }
        return lab.findRunning(pod)
                .orElseThrow(() -> ApiException.internal(
                        "unable to upgrade connection: pod " + pod.metadata().name() + " is not running on "
                                + pod.spec().nodeName()));
    }

    /** A container that runs. */
    RunningContainer runningContainer(Pod pod, String wanted) {
        String name = containerName(pod, wanted);
        running(pod);
        return find(pod, name)
                .filter(RunningContainer::isRunning)
                .orElseThrow(() ->
                        ApiException.internal("unable to upgrade connection: container not found (\"" + name + "\")"));
    }
}
