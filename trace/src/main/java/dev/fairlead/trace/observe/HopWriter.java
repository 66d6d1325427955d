package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.observe.NodeFacts.Remembered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Writes down the hops of one way, with what the kernel says to each. Confined to one thread. */
final class HopWriter {
    private final KernelAnswers kernel;
    private final Endings endings;
    private final long startNs;
    private final List<Hop> hops = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private String ending = "";
    /** The largest MTU of the nodes' devices so far. */
    private int widest;

    /** @param startNs when the connection began, in nanoseconds since 1970 */
    HopWriter(Scene scene, KernelAnswers kernel, long startNs) {
        this.kernel = kernel;
        this.endings = new Endings(scene, kernel);
        this.startNs = startNs;
    }

    List<Hop> hops() {
        return List.copyOf(hops);
    }

    /** A device saw it. */
    void met(Seen seen, Event event) {
        met(seen, event, Optional.empty());
    }

    /** @param more what else is to be said of it */
    void met(Seen seen, Event event, Optional<String> more) {
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
                details(seen, more)));
    }

    private List<String> details(Seen seen, Optional<String> more) {
        List<String> details = new ArrayList<>();
        seen.packet().error().ifPresent(error -> details.add(error.toString()));
        if (seen.spot().pod().isEmpty()) {
            kernel.link(seen.spot().node(), seen.spot().device()).ifPresent(link -> narrower(seen, link, details));
        }
        more.ifPresent(details::add);
        return details;
    }

    /** A device that takes shorter packets than one before it: TCP's first packet is short, and passes it all the same. */
    private void narrower(Seen seen, Device link, List<String> details) {
        if (link.mtu() < widest) {
            details.add("mtu " + link.mtu() + ", after one of " + widest);
            notes.add(seen.spot().node() + "'s " + link.name() + " takes packets of at most " + link.mtu()
                    + " bytes (its MTU), devices before it " + widest + "; this one has "
                    + seen.packet().length());
        }
        widest = Math.max(widest, link.mtu());
    }

    /** What a node's kernel did to it, which has no time of its own. */
    private void inNode(
            String node, String device, Event event, Flow before, Flow after, String text, List<String> details) {
        hops.add(new Hop(
                OptionalLong.empty(), node, "", device, event, before, after, List.of("node/" + node), text, details));
    }

    void translated(String node, Event event, Flow before, Flow after, List<Pass> passes, Optional<Remembered> memory) {
        List<String> details = new ArrayList<>();
        for (Pass pass : passes) {
            if (pass.isFairleads()
                    && pass.chain().startsWith("nat-")
                    && pass.steps().stream().anyMatch(Step::isDecision)) {
                details.add(pass.chains());
            }
        }
        boolean back = event == Event.UNDNAT || event == Event.UNSNAT;
        memory.ifPresent(flow -> details.add(remembered(flow, back)));
        inNode(node, "", event, before, after, ObservedText.translated(event, before, after), details);
    }

    /** @param back whether it is told of an answer */
    static String remembered(Remembered memory, boolean back) {
        return (back ? "conntrack has  " : "conntrack remembers  ") + memory.text();
    }

    /** A rule that let it pass. */
    void rule(String node, Pass pass, Step step) {
        Flow flow = pass.packet().flow();
        inNode(node, pass.out(), Event.RULE, flow, flow, "passed " + named(node, step), List.of());
    }

    /** The last step of this pass ended it. */
    void droppedByRule(String node, Pass pass) {
        Step step = pass.last();
        Flow flow = pass.packet().flow();
        List<String> details = pass.isFairleads()
                ? List.of()
                : List.of(
                        "not Fairlead's: this table is somebody else's",
                        "to let it pass: change that rule on " + node + " (nft -a list chain " + step.family() + " "
                                + step.table() + " " + step.chain() + ")");
        inNode(node, "", Event.DROPPED, flow, flow, "dropped by " + named(node, step), details);
    }

    private String named(String node, Step step) {
        String rule = step.kind() == TraceEvent.Kind.POLICY
                ? "policy " + step.verdict()
                : kernel.rule(node, step).orElse("rule handle " + step.rule());
        return "table " + step.family() + " " + step.table() + ", chain " + step.chain() + ": " + rule;
    }

    /** @param pass that shows by which device it is to leave @param more what else is to be said of it */
    void routed(String node, Flow flow, Pass pass, Optional<String> more) {
        List<String> details = new ArrayList<>();
        kernel.route(node, flow, pass.in()).map(Taken::text).ifPresent(details::add);
        more.ifPresent(details::add);
        inNode(node, pass.out(), Event.ROUTED, flow, flow, ObservedText.routed(flow, pass.out()), details);
    }

    /** @param drops of it afterwards, in its own network namespace */
    void delivered(Seen seen, KernelDrops drops) {
        met(seen, Event.DELIVERED, unanswered(seen.spot().pod(), drops));
    }

    /** @param drops of it afterwards */
    void delivered(String node, Flow flow, KernelDrops drops) {
        List<String> details = unanswered(node, drops).stream().toList();
        inNode(node, "", Event.DELIVERED, flow, flow, "delivered to the node itself", details);
    }

    private Optional<String> unanswered(String who, KernelDrops drops) {
        ending = drops.why(who).orElse(ending);
        return drops.best().map(KernelDrop::text);
    }

    /** No rule says what became of it. @param length in bytes @param device by which it was to leave, or empty */
    void lost(String node, Flow flow, int length, String device, KernelDrops drops) {
        dropped(node, device, flow, endings.inNode(node, flow, length, device, drops), drops);
    }

    /** It left by a device and came in nowhere. @param drops of it on each node */
    void endedOnTheWay(Seen last, Function<String, KernelDrops> drops) {
        if (last.spot().role() != Spot.Role.UPLINK) {
            return; // the other end of a veth pair is seen where its packets are
        }
        String node = last.spot().node();
        endings.onTheWay(last, drops)
                .ifPresent(
                        why -> dropped(node, last.spot().device(), last.packet().flow(), why, drops.apply(node)));
    }

    private void dropped(String node, String device, Flow flow, Endings.Ending why, KernelDrops drops) {
        ending = why.text();
        hops.add(new Hop(
                drops.best()
                        .map(drop -> OptionalLong.of(drop.timeNs() - startNs))
                        .orElse(OptionalLong.empty()),
                node,
                "",
                device,
                Event.DROPPED,
                flow,
                flow,
                List.of("node/" + node),
                "ended here: " + why.text(),
                why.details()));
    }

    /** @param end what who asked was told @param drops of it in the sender's network namespace */
    void neverLeft(Place from, Flow asked, Attempt.End end, KernelDrops drops) {
        Endings.Ending why = endings.atSender(from, asked, end, drops);
        ending = why.text();
        hops.add(new Hop(
                OptionalLong.empty(),
                from.node(),
                from.isPod() ? from.pod() : "",
                from.device(),
                Event.DROPPED,
                asked,
                asked,
                List.of(from.object()),
                why.text(),
                why.details()));
    }

    /** Why it was seen no further, where no rule says so; else empty. */
    String ending() {
        return ending;
    }

    /** What of the way a first packet doesn't meet. */
    List<String> notes() {
        return List.copyOf(notes);
    }
}
