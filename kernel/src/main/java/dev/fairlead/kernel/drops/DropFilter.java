package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.tap.TapFilter;
import java.util.List;

/**
 * Which dropped packets are told of; the kernel keeps all others to itself. Where several listen to one {@link DropSource} at the same
 * time, each may be told of others' packets in the namespaces that it listens to.
 *
 * @param namespaces inode numbers of the network namespaces in which they are dropped, as {@code Netns#inode} gives them
 * @param packets as at taps, except that ICMP errors about them aren't told, and of echoes any identifier's are
 */
public record DropFilter(List<Long> namespaces, TapFilter packets) {
    /** How many namespaces a filter may have. */
    public static final int MOST = 1000;

    public DropFilter {
        namespaces = namespaces.stream().distinct().sorted().toList();
        if (namespaces.isEmpty() || namespaces.size() > MOST) {
            throw new IllegalArgumentException(
                    "drops can't be told of " + namespaces.size() + " namespaces; give 1 to " + MOST);
        }
    }
}
