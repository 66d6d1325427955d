package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import java.util.List;
import java.util.OptionalLong;

/**
 * One thing that happened to a packet, at one place.
 *
 * @param tNs nanoseconds since the packet was first seen; empty for what is predicted, and for what the kernel tells without
 *     the time at which it was
 * @param node where
 * @param netns the pod's {@code namespace/name}, or empty for the node's root namespace
 * @param device the link's name; empty where it is about none in particular
 * @param before the packet's addresses when it came to this place
 * @param after and when it went on; the same but where they were translated
 * @param objects what it stands for, as {@code pod/default/client}, {@code svc/default/web}, {@code node/node-2}
 * @param text what happened, in words
 * @param details facts for whoever wants to know more, a line each, as the tools print them
 */
public record Hop(
        OptionalLong tNs,
        String node,
        String netns,
        String device,
        Event event,
        Flow before,
        Flow after,
        List<String> objects,
        String text,
        List<String> details) {

    public Hop {
        objects = List.copyOf(objects);
        details = List.copyOf(details);
    }

    /**
     * Whether both say that the same happened at the same place: all but when it was, and in which words it is told. Port 0, which
     * no packet has, stands in a prediction for one that is known only when it happened, and agrees with any.
     */
    public boolean agrees(Hop other) {
        return node.equals(other.node)
                && netns.equals(other.netns)
                && device.equals(other.device)
                && event == other.event
                && agree(before, other.before)
                && agree(after, other.after);
    }

    private static boolean agree(Flow one, Flow other) {
        return one.protocol() == other.protocol()
                && agree(one.source(), other.source())
                && agree(one.destination(), other.destination());
    }

    private static boolean agree(IpPort one, IpPort other) {
        return one.ip().equals(other.ip()) && (one.port() == other.port() || one.port() == 0 || other.port() == 0);
    }

    /** The place, as {@code node-1} or {@code default/client on node-1}. */
    public String place() {
        return netns.isEmpty() ? node : netns + " on " + node;
    }
}
