package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.TreeMap;

/**
 * A trace as a person reads it: what was seen, in the words of the prediction as far as both agree, with the first difference
 * marked.
 */
public record TraceReport(Trace trace) {

    /** @param text for how wide a terminal, and whether mechanisms are explained */
    public String text(TraceText text) {
        Flow flow = trace.flow();
        String state =
                TraceText.protocol(flow) + (flow.protocol().hasPorts() ? ", real connection, " : ", real packet, ");
        String hops = text.hops(
                new TraceText.Heading(named(trace.from()), named(trace.to()), state + trace.verdict(), lines()),
                told(trace.predictedRequest(), trace.request(), trace.requestDifference()),
                told(trace.predictedReply(), trace.reply(), trace.replyDifference()));
        return trace.agree() ? hops + text.reason(trace.predicted()) : hops;
    }

    /** What was predicted where nothing more was seen: there is no hop that it could stand beside. */
    private Optional<String> missing() {
        if (trace.requestDifference().isPresent()) {
            return missing(trace.predictedRequest(), trace.request(), trace.requestDifference());
        }
        return missing(trace.predictedReply(), trace.reply(), trace.replyDifference());
    }

    private static Optional<String> missing(List<Hop> predicted, List<Hop> seen, OptionalInt difference) {
        long told = seen.stream().filter(hop -> hop.event() != Event.RULE).count();
        return difference.stream().allMatch(at -> at < seen.size()) || told >= predicted.size()
                ? Optional.empty()
                : Optional.of(beside(predicted.get((int) told)));
    }

    private static String beside(Hop predicted) {
        return "≠ predicted: " + (predicted.place() + " " + predicted.device()).strip() + ": " + predicted.text();
    }

    private static String named(String object) {
        return object.startsWith("pod/") ? object.substring("pod/".length()) : object;
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(summary());
        new TreeMap<>(trace.unwatched()).forEach((node, why) -> lines.add(node + " was not watched: " + why));
        missing().ifPresent(lines::add);
        lines.addAll(trace.notes());
        return lines;
    }

    private String summary() {
        String agreement = trace.agree()
                ? trace.unwatched().isEmpty() ? "prediction agrees" : "prediction agrees where nodes were watched"
                : "prediction differs from "
                        + (trace.requestDifference().isPresent()
                                ? "hop " + (trace.requestDifference().getAsInt() + 1) + " there on"
                                : "hop " + (trace.replyDifference().orElse(0) + 1) + " back on");
        long events = trace.lostEvents();
        String lost = events == 0
                ? "no event lost"
                : events + (events == 1 ? " event" : " events")
                        + " lost: dropped by the kernel, so hops may be missing";
        int there = trace.request().size();
        return agreement + " · " + there + (there == 1 ? " hop there, " : " hops there, ")
                + trace.reply().size() + " back · " + lost;
    }

    /** A time, where it was, and the predicted words; what the kernel told of it stands below. */
    private static List<Hop> told(List<Hop> predicted, List<Hop> seen, OptionalInt difference) {
        List<Hop> told = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < seen.size(); i++) {
            Hop hop = seen.get(i);
            if (hop.event() == Event.RULE) {
                told.add(hop);
                continue;
            }
            boolean same = difference.isEmpty() || i < difference.getAsInt();
            if (same) {
                told.add(inWordsOf(predicted.get(next), hop));
            } else {
                told.add(i == difference.getAsInt() ? marked(hop, predicted, next) : hop);
            }
            next++;
        }
        return told;
    }

    private static Hop inWordsOf(Hop predicted, Hop seen) {
        return new Hop(
                seen.tNs(),
                seen.node(),
                seen.netns(),
                seen.device(),
                seen.event(),
                seen.before(),
                seen.after(),
                predicted.objects(),
                predicted.text(),
                details(predicted, seen));
    }

    /** The kernel's own words count where it has some about the same thing. */
    private static List<String> details(Hop predicted, Hop seen) {
        if (seen.event() == Event.ROUTED && !seen.details().isEmpty()) {
            return seen.details();
        }
        SequencedSet<String> details = new LinkedHashSet<>(predicted.details());
        if (seen.details().stream().anyMatch(TraceReport::isMemory)) {
            details.removeIf(TraceReport::isMemory);
        }
        details.addAll(seen.details());
        return List.copyOf(details);
    }

    private static boolean isMemory(String detail) {
        return detail.startsWith("conntrack ");
    }

    private static Hop marked(Hop seen, List<Hop> predicted, int next) {
        List<String> details = new ArrayList<>(seen.details());
        details.add(next < predicted.size() ? beside(predicted.get(next)) : "≠ predicted: nothing more");
        return new Hop(
                seen.tNs(),
                seen.node(),
                seen.netns(),
                seen.device(),
                seen.event(),
                seen.before(),
                seen.after(),
                seen.objects(),
                seen.text(),
                details);
    }
}
