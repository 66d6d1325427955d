package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes down the hops of one way, with what the kernel says to each. Confined to one thread. */
final class HopWriter {
    private final Scene scene;
    private final KernelAnswers kernel;
    private final long startNs;
    private final List<Hop> hops = new ArrayList<>();

    /** @param startNs when the connection began, in nanoseconds since 1970 */
    HopWriter(Scene scene, KernelAnswers kernel, long startNs) {
        this.scene = scene;
        this.kernel = kernel;
        this.startNs = startNs;
    }

    List<Hop> hops() {
        return List.copyOf(hops);
    }

    /** A device saw it. */
    void met(Seen seen, Event event) {
        Spot spot = seen.spot();
        Flow flow = seen.packet().flow();
        hops.add(new Hop(
                OptionalLong.of(seen.timeNs() - startNs),
                spot.node(),
                spot.pod(),
                spot.device(),
                event,
                flow,
                flow,
                List.of(spot.pod().isEmpty() ? "node/" + spot.node() : "pod/" + spot.pod()),
                ObservedText.of(event, seen),
                seen.packet()
                        .error()
                        .map(error -> List.of(error.text() + " from " + error.from()))
                        .orElse(List.of())));
    }

    /** What a node's kernel did to it, which has no time of its own. */
    private void inNode(
            String node, String device, Event event, Flow before, Flow after, String text, List<String> details) {
        hops.add(new Hop(
                OptionalLong.empty(), node, "", device, event, before, after, List.of("node/" + node), text, details));
    }

    void translated(
            String node,
            Event event,
            Flow before,
            Flow after,
            List<Pass> passes,
            Optional<dev.fairlead.kernel.conntrack.Flow> memory) {
        List<String> details = new ArrayList<>();
        for (Pass pass : passes) {
            if (pass.isFairleads()
                    && pass.chain().startsWith("nat-")
                    && pass.steps().stream().anyMatch(RuleSteps::isDecision)) {
                details.add(RuleSteps.chains(pass));
            }
        }
        boolean back = event == Event.UNDNAT || event == Event.UNSNAT;
        memory.ifPresent(
                flow -> details.add((back ? "conntrack has  " : "conntrack remembers  ") + Directions.text(flow)));
        inNode(node, "", event, before, after, ObservedText.translated(event, before, after), details);
    }

    /** A rule that let it pass. */
    void rule(String node, Pass pass, TraceEvent step) {
        Flow flow = pass.packet().flow();
        inNode(node, pass.out(), Event.RULE, flow, flow, "passed " + named(node, step), List.of());
    }

    /** The last step of this pass ended it. */
    void droppedByRule(String node, Pass pass) {
        TraceEvent step = pass.last();
        Flow flow = pass.packet().flow();
        List<String> details = pass.isFairleads()
                ? List.of()
                : List.of(
                        "not Fairlead's: this table is somebody else's",
                        "to let it pass: change that rule on " + node + " (nft -a list chain " + step.family() + " "
                                + step.table() + " " + step.chain() + ")");
        inNode(node, "", Event.DROPPED, flow, flow, "dropped by " + named(node, step), details);
    }

    private String named(String node, TraceEvent step) {
        String rule = step.kind() == TraceEvent.Kind.POLICY
                ? "policy " + step.verdict()
                : kernel.rule(node, step).orElse("rule handle " + step.ruleHandle());
        return "table " + step.family() + " " + step.table() + ", chain " + step.chain() + ": " + rule;
    }

    /** @param pass that shows by which device it is to leave */
    void routed(String node, Flow flow, Pass pass) {
        inNode(
                node,
                pass.out(),
                Event.ROUTED,
                flow,
                flow,
                ObservedText.routed(flow, pass.out()),
                kernel.route(node, flow, pass.in()).stream().toList());
    }

    void delivered(String node, Flow flow) {
        inNode(node, "", Event.DELIVERED, flow, flow, "delivered to the node itself", List.of());
    }

    /** Nobody says what became of it. @param device by which it was to leave, or empty */
    void lost(String node, Flow flow, String device) {
        Ip to = flow.destination().ip();
        String who = scene.holder(to).map(place -> place.object() + " has it").orElse("nobody in the cluster has it");
        String route =
                kernel.route(node, flow, "").map(text -> "route: " + text).orElse("no route to " + to);
        inNode(
                node,
                device,
                Event.DROPPED,
                flow,
                flow,
                "ended here: " + node + "'s kernel did not pass it on to " + to + "; " + who,
                List.of(route));
    }

    void neverLeft(Place from, Flow asked) {
        hops.add(new Hop(
                OptionalLong.empty(),
                from.node(),
                from.isPod() ? from.pod() : "",
                from.device(),
                Event.DROPPED,
                asked,
                asked,
                List.of(from.object()),
                "no packet left: nobody answers for " + asked.destination().ip()
                        + " on this link, or there is no route",
                List.of()));
    }
}
