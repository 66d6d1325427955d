package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.trace.Place;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * The connection that is to be seen.
 *
 * @param from who sends
 * @param flow as the client sends it
 * @param targets where it may be sent on to
 * @param masks addresses that may stand in for the client's on the way: those of a node that masquerades for others
 */
public record Aim(Place from, Flow flow, List<IpPort> targets, List<Ip> masks) {

    public Aim {
        targets = List.copyOf(targets);
        masks = List.copyOf(masks);
    }

    /**
     * One of these is the source or the destination of each of its packets: where the client's address is masqueraded because the pod
     * that it reaches is the client itself, its own is at the other end.
     */
    List<Ip> addresses() {
        SequencedSet<Ip> addresses = new LinkedHashSet<>();
        addresses.add(flow.source().ip());
        addresses.add(flow.destination().ip());
        addresses.addAll(masks);
        return List.copyOf(addresses);
    }

    /** And one of these the port at one of its ends, also where masquerade has chosen another for the client. */
    List<Integer> ports() {
        SequencedSet<Integer> ports = new LinkedHashSet<>();
        ports.add(flow.source().port());
        ports.add(flow.destination().port());
        targets.forEach(target -> ports.add(target.port()));
        return List.copyOf(ports);
    }
}
