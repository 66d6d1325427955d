package dev.fairlead.trace;

import dev.fairlead.packet.IpPort;
import java.time.Duration;
import java.util.List;

/**
 * Where the first packet of a connection would go, and the first one back, if the kernel of every node held what the plans say.
 *
 * @param request its hops, in order; the last says how it ended
 * @param reply those of the answer; empty where nobody can answer
 * @param choices where the connection could have gone as well: the other endpoints of the Service
 * @param outcome whether it arrives
 * @param reason why it doesn't, with what would make it pass; empty where it does
 * @param late whether the answer comes only after {@link #ASKING}
 */
public record Prediction(
        List<Hop> request, List<Hop> reply, List<IpPort> choices, Outcome outcome, String reason, boolean late) {
    /** So long a kernel asks for a MAC address: three times, once a second, {@code mcast_solicit} and {@code retrans_time_ms}, arp(7). */
    public static final Duration ASKING = Duration.ofSeconds(3);

    public Prediction {
        request = List.copyOf(request);
        reply = List.copyOf(reply);
        choices = List.copyOf(choices);
    }

    /** Whether the answer can't be there yet, after so long. */
    public boolean isLaterThan(Duration waited) {
        return late && !reply.isEmpty() && waited.compareTo(ASKING) <= 0;
    }

    /** The same until then: nothing has come back yet. */
    public Prediction withoutReply() {
        return new Prediction(request, List.of(), choices, outcome, reason, late);
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
