package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A prediction and what was seen, side by side.
 *
 * @param from who was asked to connect, {@code pod/default/client}
 * @param to to whom, {@code svc/default/web:http}
 * @param flow as the client sent it
 * @param request where the first packet there was seen
 * @param reply and the first one back
 * @param predicted what the plans say
 * @param notes what of the way its first packets don't meet, a sentence each
 * @param lostEvents how much of what it saw the kernel had to drop
 * @param unwatched nodes where nothing could be seen, and why
 * @param verdict how it ended, in a few words
 */
public record Trace(
        String from,
        String to,
        Flow flow,
        List<Hop> request,
        List<Hop> reply,
        Prediction predicted,
        List<String> notes,
        long lostEvents,
        Map<String, String> unwatched,
        String verdict) {

    public Trace {
        request = List.copyOf(request);
        reply = List.copyOf(reply);
        notes = List.copyOf(notes);
        unwatched = Map.copyOf(unwatched);
    }

    /** Whether the same happened as was predicted, there and back, on all nodes that were watched. */
    public boolean agree() {
        return requestDifference().isEmpty() && replyDifference().isEmpty();
    }

    /** The place in {@link #request} of the first hop that was predicted otherwise, from 0; its size where one is missing. */
    public OptionalInt requestDifference() {
        return difference(predictedRequest(), request);
    }

    /** The same of {@link #reply}. */
    public OptionalInt replyDifference() {
        return difference(predictedReply(), reply);
    }

    /** What was predicted for the way there, on nodes that were watched. */
    public List<Hop> predictedRequest() {
        return watched(predicted.request());
    }

    /** The same for the way back. */
    public List<Hop> predictedReply() {
        return watched(predicted.reply());
    }

    private List<Hop> watched(List<Hop> hops) {
        return hops.stream().filter(hop -> !unwatched.containsKey(hop.node())).toList();
    }

    /** Rules of others that let a packet pass are told, but no plan knows of them. */
    private static OptionalInt difference(List<Hop> predicted, List<Hop> seen) {
        int next = 0;
        for (int i = 0; i < seen.size(); i++) {
            Hop hop = seen.get(i);
            if (hop.event() == Event.RULE) {
                continue;
            }
            if (next == predicted.size() || !predicted.get(next).agrees(hop)) {
                return OptionalInt.of(i);
            }
            next++;
        }
        return next == predicted.size() ? OptionalInt.empty() : OptionalInt.of(seen.size());
    }
}
