package dev.fairlead.trace.observe;

import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.packet.Mac;
import dev.fairlead.trace.Scene;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Frames that were seen where they weren't going: a switch that doesn't know, or has forgotten, where a MAC address lives sends
 * a frame out by all its ports. Whose address it isn't lets it pass by, and the kernel says so.
 *
 * @param ports where frames went out to a pod that they weren't for
 */
record Strays(Set<Port> ports) {

    /** The node's end of a pod's veth pair, and whom a frame was for that isn't that pod. */
    record Port(String node, String device, Mac destination) {}

    static Strays of(Scene scene, List<Sight> sights) {
        Set<Port> ports = new HashSet<>();
        for (Sight sight : sights) {
            if (sight.spot().role() == Spot.Role.POD && isForAnother(sight)) {
                scene.pods().stream()
                        .filter(pod -> pod.pod().equals(sight.spot().pod()))
                        .forEach(pod -> ports.add(
                                new Port(pod.node(), pod.port(), sight.frame().destination())));
            }
        }
        return new Strays(ports);
    }

    private static boolean isForAnother(Sight sight) {
        return sight.type() == PacketType.OTHERHOST;
    }

    /** Whether the packet isn't on its way here. Ports of a bridge have to take in what is for others. */
    boolean isOne(Sight sight) {
        Spot spot = sight.spot();
        return spot.role() == Spot.Role.PORT
                ? sight.outgoing()
                        && ports.contains(new Port(
                                spot.node(), spot.device(), sight.frame().destination()))
                : isForAnother(sight);
    }
}
