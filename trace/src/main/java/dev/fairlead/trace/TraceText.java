package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A trace as people read it on a terminal: what it is about, the way there, the way back. The same for hops that are predicted
 * and hops that were seen.
 *
 * @param width of the terminal in characters; 40 to 200, others become the nearest of these
 * @param explains whether each mechanism gets a sentence where it is first met
 */
public record TraceText(int width, boolean explains) {
    private static final int LEAST = 40;
    private static final int MOST = 200;
    /** So many other endpoints are named; of more, only how many. */
    private static final int NAMED = 4;

    public TraceText {
        width = Math.clamp(width, LEAST, MOST);
    }

    /**
     * What stands above the hops.
     *
     * @param from who asks, as {@code default/client}
     * @param to what, as {@code svc/default/shop:80}
     * @param state on the right, such as {@code TCP, real connection, answered in 0.41 ms}
     * @param notes a paragraph each, below
     */
    public record Heading(String from, String to, String state, List<String> notes) {
        public Heading {
            notes = List.copyOf(notes);
        }
    }

    /** A prediction. @param from and {@code to} as in {@link Heading} */
    public String prediction(String from, String to, Prediction prediction) {
        List<String> notes = new ArrayList<>();
        if (!prediction.choices().isEmpty()) {
            notes.add(choices(prediction.choices()));
        }
        String protocol = protocol(prediction.request().getFirst().before());
        String text = hops(
                new Heading(from, to, protocol + ", predicted, nothing was sent", notes),
                prediction.request(),
                prediction.reply());
        return text + reason(prediction);
    }

    /** {@code TCP}, {@code ICMPv6 echo}. */
    static String protocol(Flow flow) {
        return flow.protocol().name().replace('V', 'v') + (flow.protocol().hasPorts() ? "" : " echo");
    }

    /** Why it doesn't arrive and what would make it pass; nothing where it does. */
    String reason(Prediction prediction) {
        if (prediction.reason().isEmpty()) {
            return "";
        }
        List<String> lines = new ArrayList<>(List.of(""));
        lines.addAll(
                Wrap.lines(prediction.outcome().name().toLowerCase(Locale.ROOT) + ": " + prediction.reason(), width));
        return joined(lines);
    }

    private static String choices(List<IpPort> choices) {
        int count = choices.size();
        String named = choices.stream().limit(NAMED).map(IpPort::toString).collect(Collectors.joining(", "));
        return "could go to " + (count == 1 ? "one other endpoint" : count + " other endpoints") + " as well: " + named
                + (count > NAMED ? ", …" : "");
    }

    /** Both ways. @param back may be empty: then it says that nothing comes back */
    public String hops(Heading heading, List<Hop> there, List<Hop> back) {
        List<Hop> all = new ArrayList<>(there);
        all.addAll(back);
        HopColumns columns = HopColumns.of(width, all);
        Set<String> explained = new HashSet<>();
        List<String> lines = new ArrayList<>(head(heading));
        section("THERE", there, columns, explained, lines);
        section("BACK", back, columns, explained, lines);
        return joined(lines);
    }

    private List<String> head(Heading heading) {
        String who = heading.from() + " → " + heading.to();
        int gap = width - Wrap.length(who) - Wrap.length(heading.state());
        List<String> lines = new ArrayList<>();
        if (gap >= 2) {
            lines.add(who + " ".repeat(gap) + heading.state());
        } else {
            lines.addAll(Wrap.lines(who, width));
            lines.addAll(Wrap.lines(heading.state(), width));
        }
        heading.notes().forEach(note -> lines.addAll(Wrap.lines(note, width)));
        return lines;
    }

    private void section(String title, List<Hop> hops, HopColumns columns, Set<String> explained, List<String> lines) {
        lines.add("");
        String what = hops.isEmpty()
                ? "nothing comes back"
                : Wording.arrow(hops.getFirst().before());
        lines.addAll(Wrap.lines(Wrap.padded(title, 8) + what, width));
        if (!hops.isEmpty()) {
            lines.addAll(columns.head());
        }
        for (Hop hop : hops) {
            List<String> below = new ArrayList<>(hop.details());
            String sentence = Mechanism.of(hop);
            if (explains && explained.add(sentence)) {
                below.add("· " + sentence);
            }
            lines.addAll(columns.lines(hop, below));
        }
    }

    private static String joined(List<String> lines) {
        return lines.stream().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
    }
}
