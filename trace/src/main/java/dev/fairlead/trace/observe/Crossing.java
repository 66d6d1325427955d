package dev.fairlead.trace.observe;

import dev.fairlead.trace.observe.Spot.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A packet that left one node and came to another.
 *
 * @param leftNs by the clock of the one
 * @param enteredNs by the clock of the other
 */
record Crossing(String from, String to, long leftNs, long enteredNs) {

    /**
     * Of packets that uplinks saw: where one is met several times, as it was sent again, the first time on each side.
     */
    static List<Crossing> of(List<Seen> seen) {
        Map<Packet, Map<String, Long>> left = new LinkedHashMap<>();
        Map<Packet, Map<String, Long>> entered = new LinkedHashMap<>();
        for (Seen one : seen) {
            if (one.spot().role() == Role.UPLINK) {
                (one.outgoing() ? left : entered)
                        .computeIfAbsent(one.packet(), _ -> new LinkedHashMap<>())
                        .merge(one.spot().node(), one.timeNs(), Math::min);
            }
        }
        List<Crossing> crossings = new ArrayList<>();
        left.forEach((packet, leaving) -> entered.getOrDefault(packet, Map.of()).forEach((to, enteredNs) -> {
            leaving.forEach((from, leftNs) -> {
                if (!from.equals(to)) {
                    crossings.add(new Crossing(from, to, leftNs, enteredNs));
                }
            });
        }));
        return crossings;
    }
}
