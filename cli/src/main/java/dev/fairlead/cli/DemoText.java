package dev.fairlead.cli;

import dev.fairlead.cli.Terminal.Style;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How the demo reads: the cluster as a drawing, then a row at a time with what the kernel showed. */
final class DemoText {
    private static final int BOX = 34;
    /** A value gets at least so many columns. */
    private static final int LEAST_ROOM = 36;

    private final Terminal terminal;

    DemoText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The nodes beside each other where the terminal is wide enough, each with its pods on its bridge. */
    void cluster(Lab lab, boolean ready, long nanos) {
        LabPicture picture = lab.picture();
        List<List<String>> boxes = new ArrayList<>();
        picture.nodes().values().forEach(node -> boxes.add(box(picture, node)));
        terminal.out().println();
        if (terminal.columns() >= boxes.size() * (BOX + 1) + 1) {
            beside(boxes);
            line(switchLine(boxes.size()));
        } else {
            boxes.forEach(box -> box.forEach(this::line));
        }
        picture.services()
                .values()
                .forEach(service -> line(" Service " + service.metadata().name() + "  "
                        + service.spec().clusterIps().getFirst()));
        line("");
        line(terminal.style(
                Style.DIM,
                " a real cluster in " + DemoCommand.seconds(nanos) + (ready ? "" : ", but not all pods are ready")
                        + ": namespaces, veth pairs, bridges, routes, nftables"));
        line("");
    }

    /** Joins the uplinks of boxes that stand beside each other; each leaves its box at the fourth column. */
    private static String switchLine(int boxes) {
        StringBuilder line = new StringBuilder("    └");
        for (int i = 1; i < boxes; i++) {
            String name = i == 1 ? " switch " : "";
            int dashes = BOX - name.length();
            line.append("─".repeat(dashes / 2)).append(name).append("─".repeat(dashes - dashes / 2));
            line.append(i == boxes - 1 ? "┘" : "┴");
        }
        return line.toString();
    }

    private static List<String> box(LabPicture picture, Node node) {
        List<String> lines = new ArrayList<>();
        lines.add("┌─ " + node.name() + " " + "─".repeat(BOX - node.name().length() - 5) + "┐");
        List<Pod> pods = picture.pods().values().stream()
                .filter(pod -> pod.spec().nodeName().equals(node.name()))
                .toList();
        for (Pod pod : pods) {
            String ip = pod.status().podIps().isEmpty()
                    ? "-"
                    : pod.status().podIps().getFirst().toString();
            lines.add(cell(" " + fit(pod.metadata().name(), 17) + " " + ip));
        }
        lines.add(cell("   │ eth0 ⇄ veth"));
        lines.add(cell(" fl0  bridge  " + node.podCidrs().getFirst()));
        lines.add(cell(" uplink  " + node.addresses().getFirst()));
        lines.add("└──┬" + "─".repeat(BOX - 5) + "┘");
        return lines;
    }

    private static String cell(String text) {
        return "│" + text + " ".repeat(Math.max(0, BOX - 2 - text.length())) + "│";
    }

    private static String fit(String text, int width) {
        return text.length() > width ? text.substring(0, width - 1) + "…" : text + " ".repeat(width - text.length());
    }

    private void beside(List<List<String>> boxes) {
        int height = boxes.stream().mapToInt(List::size).max().orElse(0);
        for (int row = 0; row < height; row++) {
            StringBuilder line = new StringBuilder();
            for (List<String> box : boxes) {
                // The lower part stands at the bottom of every box, whatever the number of its pods.
                int missing = height - box.size();
                int own = row == 0 ? 0 : row <= missing ? -1 : row - missing;
                line.append(' ').append(own < 0 ? cell("") : box.get(own));
            }
            line(line.toString());
        }
    }

    void row(Row row) {
        String mark = row.ok() ? terminal.style(Style.GREEN, "✓") : terminal.style(Style.RED, "✗");
        String number = (row.number() < 10 ? " " : "") + row.number();
        line(mark + " " + number + "  " + terminal.style(Style.BOLD, row.name()));
        line("      " + terminal.style(Style.DIM, row.did()));
        int width =
                row.evidence().keySet().stream().mapToInt(String::length).max().orElse(0);
        for (Map.Entry<String, String> seen : row.evidence().entrySet()) {
            boolean failure = seen.getKey().equals("failure");
            for (String text : evidence(seen.getKey(), seen.getValue(), width)) {
                line(failure ? terminal.style(Style.RED, text) : text);
            }
        }
        line("");
    }

    /** Name and value beside each other; on a terminal a long value goes on below, and nothing of it is cut off. */
    private List<String> evidence(String name, String value, int width) {
        String start = "      " + name + " ".repeat(width - name.length()) + "  ";
        if (!terminal.interactive() || start.length() + value.length() <= terminal.columns()) {
            return List.of(start + value);
        }
        boolean below = terminal.columns() - start.length() < LEAST_ROOM;
        String indent = " ".repeat(below ? 8 : start.length());
        List<String> lines = new ArrayList<>();
        for (String part : Terminal.wrap(value, Math.max(LEAST_ROOM, terminal.columns() - indent.length()))) {
            lines.add(indent + part);
        }
        if (below) {
            lines.addFirst(start.stripTrailing());
        } else {
            lines.set(0, start + lines.getFirst().substring(indent.length()));
        }
        return lines;
    }

    /** @param kept the lab's name when it stays up, else empty */
    void end(List<Row> rows, long nanos, String kept) {
        long ok = rows.stream().filter(Row::ok).count();
        String sum = ok + " of " + rows.size() + " rows observed in " + DemoCommand.seconds(nanos);
        line(ok == rows.size() ? terminal.style(Style.GREEN, sum) : terminal.style(Style.RED, sum));
        if (kept.isEmpty() && terminal.interactive()) {
            line(terminal.style(
                    Style.DIM, "The cluster is gone again; ./fairlead demo --keep leaves one up to play with."));
        }
        if (!kept.isEmpty()) {
            line("");
            line("The cluster stays up as lab '" + kept + "'. Try:");
            line("  ./fairlead lab status --name " + kept);
            line("  ./fairlead lab exec --name " + kept + " client -c shell -- ip route");
            line("  ./fairlead lab exec --name " + kept + " node/node-1 -- nft list table inet fairlead");
            line("  ./fairlead lab delete --name " + kept + " deployment web");
            line("  ./fairlead lab down --name " + kept);
        }
    }

    private void line(String text) {
        terminal.out().println(text);
    }
}
