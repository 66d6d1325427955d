package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.observe.Spot.Role;

/** What happened, in words, where no prediction has said it in better ones. */
final class ObservedText {
    private ObservedText() {}

    static String of(Event event, Seen seen) {
        String device = seen.spot().device();
        return switch (event) {
            case LEFT -> seen.spot().role() == Role.UPLINK ? "left the node" : "left the pod";
            case ENTERED ->
                seen.spot().role() == Role.UPLINK
                        ? "arrived from another node"
                        : "arrived in the node's root namespace";
            case BRIDGED -> "sent out by port " + device + " of the bridge";
            case DELIVERED -> "delivered to the pod";
            default -> throw new AssertionError("a device doesn't see " + event);
        };
    }

    static String translated(Event event, Flow before, Flow after) {
        return switch (event) {
            case DNAT -> "destination rewritten " + before.destinationText() + " → " + after.destinationText();
            case SNAT -> "source rewritten " + before.sourceText() + " → " + after.sourceText();
            case UNDNAT -> "source restored " + before.sourceText() + " → " + after.sourceText();
            case UNSNAT -> "destination restored " + before.destinationText() + " → " + after.destinationText();
            default -> throw new AssertionError(event + " translates nothing");
        };
    }

    static String routed(Flow flow, String out) {
        Ip to = flow.destination().ip();
        return out.isEmpty() ? "stays on this node, which has " + to : "routed to " + to + " by " + out;
    }
}
