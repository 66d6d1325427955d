package dev.fairlead.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How wide each column of hops is: when, at whom, at what, and the rest for what happened. On a narrow terminal the place is
 * a line of its own, above.
 *
 * @param width of the terminal, in characters
 * @param time width of the column of times, 0 where there is none
 * @param who width of the column of pods and nodes
 * @param spot width of the column of devices
 */
record HopColumns(int width, int time, int who, int spot) {
    private static final int MARK = 2;
    private static final int SHORTEST_TIME = 8;
    private static final int GAP = 2;
    private static final int NARROW = 72;

    static HopColumns of(int width, List<Hop> hops) {
        int who = hops.stream().mapToInt(hop -> Wrap.length(who(hop))).max().orElse(0);
        int spot = hops.stream().mapToInt(hop -> Wrap.length(spot(hop))).max().orElse(0);
        int time = hops.stream()
                .flatMapToLong(hop -> hop.tNs().stream())
                .mapToInt(ns -> Math.max(SHORTEST_TIME, milliseconds(ns).length() + GAP))
                .max()
                .orElse(0);
        return new HopColumns(width, time, who, spot);
    }

    private boolean narrow() {
        return width < NARROW || wideIndent() > width / 2;
    }

    private int wideIndent() {
        return MARK + time + who + GAP + spot + GAP;
    }

    /** Where what happened begins. */
    private int indent() {
        return narrow() ? 2 * MARK : wideIndent();
    }

    /** The names of the columns, where there are columns. */
    List<String> head() {
        return narrow()
                ? List.of()
                : List.of("  " + Wrap.padded(time == 0 ? "" : "ms", time) + Wrap.padded("where", who + GAP + spot + GAP)
                        + "what happened");
    }

    /** The lines of a hop. @param below what stands under what happened, a paragraph each */
    List<String> lines(Hop hop, List<String> below) {
        String mark = hop.event() == Event.DROPPED ? "✗ " : "  ";
        String when = Wrap.padded(hop.tNs().isPresent() ? milliseconds(hop.tNs().getAsLong()) : "", time);
        List<String> what = new ArrayList<>(Wrap.lines(hop.text(), width - indent()));
        for (String paragraph : below) {
            what.addAll(hanging(paragraph, width - indent()));
        }
        List<String> lines = new ArrayList<>();
        String place = narrow()
                ? mark + when + (who(hop) + " " + spot(hop)).stripTrailing()
                : mark + when + Wrap.padded(who(hop), who + GAP) + Wrap.padded(spot(hop), spot + GAP);
        if (narrow()) {
            lines.addAll(Wrap.lines(place, width));
        } else {
            lines.add(place + what.removeFirst());
        }
        what.forEach(line -> lines.add(" ".repeat(indent()) + line));
        return lines;
    }

    private static List<String> hanging(String paragraph, int room) {
        List<String> lines = new ArrayList<>();
        for (String line : Wrap.lines(paragraph, room - MARK)) {
            lines.add("  " + line);
        }
        return lines;
    }

    private static String milliseconds(long ns) {
        return String.format(Locale.ROOT, "%.3f", ns / 1e6);
    }

    /** {@code pod client}, with its Kubernetes namespace where that isn't {@code default}; else the node. */
    private static String who(Hop hop) {
        if (hop.netns().isEmpty()) {
            return hop.node();
        }
        return "pod " + (hop.netns().startsWith("default/") ? hop.netns().substring("default/".length()) : hop.netns());
    }

    /** The device, or what of the kernel it is where a device says little. */
    private static String spot(Hop hop) {
        return switch (hop.event()) {
            case ROUTED -> "route";
            case DNAT, SNAT -> "nat";
            case UNDNAT, UNSNAT -> "conntrack";
            case LEFT, ENTERED, BRIDGED, RULE, ENCAP, DECAP, DELIVERED, DROPPED -> hop.device();
        };
    }
}
