package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;

/** What a trace is worth. */
enum Traced {
    /** All hops that there should be, there and back. */
    COMPLETE,
    /** Something is missing, and it says so. */
    SAID,
    /** Something is missing, and it doesn't say so. */
    SILENT;

    /** @param trace as {@code ./fairlead trace --json} prints it */
    static Traced of(JsonNode trace) {
        if (trace.path("lostEvents").asLong() > 0) {
            return SAID;
        }
        boolean whole =
                trace.path("agree").asBoolean() && arrives(trace.path("request")) && arrives(trace.path("reply"));
        return whole ? COMPLETE : SILENT;
    }

    private static boolean arrives(JsonNode hops) {
        return hops.path(hops.size() - 1).path("event").asText().equals("delivered");
    }
}
