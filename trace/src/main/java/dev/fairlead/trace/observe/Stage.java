package dev.fairlead.trace.observe;

import dev.fairlead.trace.Scene;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a connection can be seen.
 *
 * @param scene the cluster, for names
 * @param nodes how the eyes of each are opened, by name
 * @param devices those that its packets may pass
 * @param drops of all nodes, where agents aren't told of their own
 */
public record Stage(
        Scene scene, Map<String, Eyes.Opening> nodes, List<Watch.Watched> devices, Optional<LentDrops> drops) {

    public Stage {
        nodes = Map.copyOf(nodes);
        devices = List.copyOf(devices);
    }

    public Stage(Scene scene, Map<String, Eyes.Opening> nodes, List<Watch.Watched> devices) {
        this(scene, nodes, devices, Optional.empty());
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

    /** Begins to hear of drops that are lent. */
    HeardDrops listen(Aim aim) {
        return drops.map(lent -> HeardDrops.arm(
                        lent.source()::listen, lent.homes(), Watch.filter(aim.flow(), aim.targets(), aim.masks())))
                .orElse(HeardDrops.NONE);
    }
}
