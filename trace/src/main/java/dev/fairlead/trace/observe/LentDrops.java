package dev.fairlead.trace.observe;

import dev.fairlead.kernel.drops.DropSource;
import java.util.Map;

/**
 * The drops of all nodes at once, where no agent is told of its own: they run on one kernel, and somebody who may has lent us a program
 * that tells of them. Their times are by the clock of who asks.
 *
 * @param homes whose namespaces are listened to, by their inode numbers
 */
public record LentDrops(DropSource source, Map<Long, Home> homes) {

    public LentDrops {
        homes = Map.copyOf(homes);
    }

    /** @param pod {@code namespace/name}, or empty for the node's root namespace */
    public record Home(String node, String pod) {}
}
