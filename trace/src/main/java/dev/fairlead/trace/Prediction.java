package dev.fairlead.trace;

import dev.fairlead.packet.IpPort;
import java.util.List;

/**
 * Where the first packet of a connection would go, and the first one back, if the kernel of every node held what the plans say.
 *
 * @param request its hops, in order; the last says how it ended
 * @param reply those of the answer; empty where nobody can answer
 * @param choices where the connection could have gone as well: the other endpoints of the Service
 * @param outcome whether it arrives
 * @param reason why it doesn't, with what would make it pass; empty where it does
 */
public record Prediction(List<Hop> request, List<Hop> reply, List<IpPort> choices, Outcome outcome, String reason) {

    public Prediction {
        request = List.copyOf(request);
        reply = List.copyOf(reply);
        choices = List.copyOf(choices);
    }

    /** How it ends. */
    public enum Outcome {
        /** It reaches the namespace in which somebody may listen. */
        DELIVERED,
        /**
         * It doesn't arrive, and the sender is told: by a node, with a reset or an ICMP error, or by its own kernel, and then there
         * is no reply to see.
         */
        REFUSED,
        /** It doesn't arrive, and nobody is told. */
        DROPPED
    }
}
