package dev.fairlead.trace.observe;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.trace.Scene;
import java.util.List;
import java.util.Map;

/**
 * Where a connection can be seen.
 *
 * @param scene the cluster, for names
 * @param nodes their root namespaces by name; stay the caller's
 * @param devices those that its packets may pass
 */
public record Stage(Scene scene, Map<String, Netns> nodes, List<Watched> devices) {

    public Stage {
        nodes = Map.copyOf(nodes);
        devices = List.copyOf(devices);
    }

    /** @param namespace that the device is in; stays the caller's */
    public record Watched(Spot spot, Netns namespace) {}
}
