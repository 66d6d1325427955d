package dev.fairlead.trace.observe;

import dev.fairlead.packet.IpPort;
import dev.fairlead.trace.Hop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was seen of one connection.
 *
 * @param ending why the first packet there was seen no further, where neither a rule nor who got it tells; else empty
 * @param error what came in place of an answer
 * @param notes what of the way a first packet doesn't meet, a sentence each
 * @param startNs when the first packet was first seen, in nanoseconds since 1970
 * @param sights every packet of the connection, for a capture file, in the order of time
 * @param lostEvents how much the kernel had to drop of what it told: packets of taps, and 1 for each node whose rules' steps weren't
 *     all told
 * @param unwatched nodes that couldn't be armed, or asked afterwards, and why
 */
public record Observed(
        List<Hop> request,
        List<Hop> reply,
        String ending,
        Optional<Packet.IcmpError> error,
        List<String> notes,
        long startNs,
        List<Sight> sights,
        long lostEvents,
        Map<String, String> unwatched) {
    public Observed {
        request = List.copyOf(request);
        reply = List.copyOf(reply);
        notes = List.copyOf(notes);
        sights = List.copyOf(sights);
        unwatched = Map.copyOf(unwatched);
    }

    /**
     * From the first packet there to the last place of the first one back; empty where it wasn't seen to come back, or not all of
     * the way may have been.
     */
    public OptionalLong answeredNs() {
        return reply.isEmpty() || !unwatched.isEmpty()
                ? OptionalLong.empty()
                : reply.getLast().tNs();
    }

    /** How it ended, as far as packets tell. @param waited for the answer */
    public Attempt.Outcome outcome(Duration waited) {
        boolean refused = sights.stream()
                .flatMap(sight -> sight.packet().stream())
                .anyMatch(packet -> (packet.flags() & Packet.RST) != 0 && packet.isFirst(true));
        if (error.isPresent()) {
            return new Attempt.Outcome(Attempt.End.UNREACHABLE, waited, "an error came back");
        }
        Attempt.End end = reply.isEmpty() ? Attempt.End.SILENT : refused ? Attempt.End.REFUSED : Attempt.End.ANSWERED;
        return new Attempt.Outcome(end, waited, reply.isEmpty() ? "no answer in " + waited.toMillis() + " ms" : "");
    }

    /** Where the first packet was going when it was seen last. */
    public Optional<IpPort> destination() {
        return request.isEmpty()
                ? Optional.empty()
                : Optional.of(request.getLast().after().destination());
    }
}
