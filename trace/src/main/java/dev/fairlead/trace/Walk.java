package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Collects the hops of a packet on its way in one direction, and knows its addresses at each. Confined to one prediction. */
final class Walk {
    private final List<Hop> hops = new ArrayList<>();
    private final String opening;
    private Flow flow;

    Walk(Flow flow) {
        this(flow, "");
    }

    /** @param opening said before what the first hop says */
    Walk(Flow flow, String opening) {
        this.flow = flow;
        this.opening = opening;
    }

    /** Where something happens; see {@link Hop}. */
    record At(String node, String netns, String device) {
        /** In a pod, at its own interface. */
        static At pod(Place pod) {
            return new At(pod.node(), pod.pod(), pod.device());
        }
    }

    /** How it is told. */
    record Telling(String text, List<String> details, List<String> objects) {
        static Telling of(String text, String detail, String... objects) {
            return new Telling(text, detail.isEmpty() ? List.of() : List.of(detail), List.of(objects));
        }
    }

    /** The packet's addresses now. */
    Flow flow() {
        return flow;
    }

    void passes(At at, Event event, Telling telling) {
        becomes(at, event, flow, telling);
    }

    /** It goes on with other addresses. */
    void becomes(At at, Event event, Flow after, Telling telling) {
        hops.add(new Hop(
                OptionalLong.empty(),
                at.node,
                at.netns,
                at.device,
                event,
                flow,
                after,
                telling.objects,
                hops.isEmpty() ? opening + telling.text : telling.text,
                telling.details));
        flow = after;
    }

    List<Hop> hops() {
        return List.copyOf(hops);
    }
}
