package dev.fairlead.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The last traces, so that a link shows the very same one again and not another packet's. Safe from any thread. */
final class TraceShelf {
    private static final int MOST = 100;

    private final Map<String, ObjectNode> kept = new LinkedHashMap<>();
    private long last;

    /** @return the trace with {@code id}, and {@code at}, when it was made, in milliseconds of the epoch */
    synchronized ObjectNode keep(ObjectNode trace) {
        String id = Long.toString(++last);
        trace.put("id", id).put("at", Instant.now().toEpochMilli());
        kept.put(id, trace);
        if (kept.size() > MOST) {
            kept.remove(kept.keySet().iterator().next());
        }
        return trace;
    }

    synchronized Optional<ObjectNode> find(String id) {
        return Optional.ofNullable(kept.get(id));
    }
}
