package dev.fairlead.trace.observe;

import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import java.util.List;
import java.util.Locale;

/** How a connection ended, in a few words. */
public final class Verdict {
    private static final double NANOSECONDS_A_MILLISECOND = 1e6;

    private Verdict() {}

    public static String of(Attempt.Outcome outcome, Observed seen) {
        String took = String.format(
                Locale.ROOT, "%.2f ms", seen.answeredNs().orElse(outcome.took().toNanos()) / NANOSECONDS_A_MILLISECOND);
        return switch (outcome.end()) {
            case ANSWERED -> "answered in " + took;
            case REFUSED -> "refused by " + who(seen) + " after " + took;
            case UNREACHABLE, TOO_LONG -> "not reached: " + outcome.text() + why(seen) + error(seen);
            case SILENT -> outcome.text() + lastSeen(seen.request()) + why(seen);
        };
    }

    private static String why(Observed seen) {
        return seen.ending().isEmpty() ? "" : ": " + seen.ending();
    }

    /** Who told so, where it came over the network. */
    private static String error(Observed seen) {
        return seen.error().map(error -> "; " + error).orElse("");
    }

    private static String who(Observed seen) {
        boolean delivered = seen.request().stream().anyMatch(hop -> hop.event() == Event.DELIVERED);
        if (seen.request().isEmpty()) { // else at least that it never left is told
            return "somebody who was not watched";
        }
        Hop last = seen.request().getLast();
        if (!seen.unwatched().isEmpty() && !delivered && last.event() != Event.DROPPED) {
            return "somebody who was not watched"; // it went on from there
        }
        return delivered ? last.place() + ": nothing listens on " + last.after().destination() : last.place();
    }

    private static String lastSeen(List<Hop> request) {
        if (request.isEmpty()) {
            return "; the packet was not seen where nodes were watched";
        }
        Hop last = request.getLast();
        return last.event() == Event.DELIVERED
                ? "; the packet was delivered, and nobody answered it"
                : "; the packet was last seen at " + last.place();
    }
}
