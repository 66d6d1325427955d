package dev.fairlead.trace.observe;

import dev.fairlead.trace.Scene;
import java.util.List;
import java.util.Map;

/**
 * Where a connection can be seen.
 *
 * @param scene the cluster, for names
 * @param nodes how the eyes of each are opened, by name
 * @param devices those that its packets may pass
 */
public record Stage(Scene scene, Map<String, Eyes.Opening> nodes, List<Watch.Watched> devices) {

    public Stage {
        nodes = Map.copyOf(nodes);
        devices = List.copyOf(devices);
    }

    /** A node's part of it. */
    Watch watch(String node, Aim aim) {
        return new Watch(
                node,
                aim.flow(),
                aim.targets(),
                aim.masks(),
                devices.stream()
                        .filter(watched -> watched.spot().node().equals(node))
                        .toList());
    }
}
