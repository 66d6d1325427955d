package dev.fairlead.bench;

import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of pods, all made before anything is measured and all closed after it: the kernel takes a namespace
 * down in the background, and that must not happen beside a measurement.
 */
final class Pods implements AutoCloseable {
    private final List<Netns> namespaces = new ArrayList<>();
    private int next;

    /** One pod. @param path of its namespace, good in every process of this PID namespace */
    record Pod(String containerId, Netns netns, String path) {
        AttachmentParameters parameters() {
            return AttachmentParameters.of(containerId, path, "eth0");
        }
    }

    static Pods make(int count) {
        Pods pods = new Pods();
        try {
            for (int i = 0; i < count; i++) {
                pods.namespaces.add(Netns.create());
            }
            return pods;
        } catch (RuntimeException e) {
            pods.close();
            throw e;
        }
    }

    /** A pod that nobody has had yet. */
    Pod next() {
        Netns netns = namespaces.get(next);
        String path =
                "/proc/" + ProcessHandle.current().pid() + "/fd/" + netns.fd().number();
        return new Pod("pod-" + next++, netns, path);
    }

    @Override
    public void close() {
        namespaces.forEach(Netns::close);
        namespaces.clear();
    }
}
