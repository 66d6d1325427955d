package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.trace.Place;
import java.util.List;

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

    /** How its packets may look behind a translation that nobody saw: at the targets, from the client. */
    List<Flow> sentOn(Flow asked) {
        return targets.stream()
                .filter(target -> target.ip().family() == asked.family())
                .map(target -> new Flow(asked.protocol(), asked.source(), target))
                .toList();
    }
}
