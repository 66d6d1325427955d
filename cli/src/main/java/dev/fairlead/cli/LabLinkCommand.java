package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.LinkQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.node.LinkChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab link NODE}: makes the cable between a node and the others worse, for somebody to find out. */
record LabLinkCommand(Terminal terminal) implements Command {
    private static final double NANOSECONDS_A_MILLISECOND = 1e6;

    @Override
    public CommandSpec spec() {
        return named("link", "Show a node's link to the others, or make it slow, lossy, narrow or dead.")
                .addOption(LabCommand.nameOption())
                .addPositional(LabCommand.node("Whose link."))
                .addOption(
                        valued("--delay", double.class, "MS", "Have each packet wait so many milliseconds, each way."))
                .addOption(valued("--loss", double.class, "PERCENT", "Lose so many of the packets, each way."))
                .addOption(valued("--mtu", int.class, "BYTES", "Carry no packets that are larger."))
                .addOption(flag("--down", "Pull the cable."))
                .addOption(flag("--up", "Put it in again."))
                .addOption(flag("--clear", "Take back all that was set."))
                .addOption(flag("--json", "As JSON."));
    }

    private static OptionSpec valued(String name, Class<?> type, String label, String description) {
        return OptionSpec.builder(name)
                .type(type)
                .paramLabel(label)
                .description(description)
                .build();
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name).description(description).build();
    }

    @Override
    public int run(ParseResult parsed) {
        ObjectNode request = LinkQuestion.of(parsed.matchedPositionalValue(0, ""), change(parsed));
        JsonNode answer = LabCaller.ask(LabCommand.name(parsed), request);
        if (parsed.hasMatchedOption("--json")) {
            LabCommand.printJson(terminal, answer);
        } else {
            terminal.out().println(text(answer));
        }
        return 0;
    }

    private static LinkChange change(ParseResult parsed) {
        boolean up = parsed.hasMatchedOption("--up");
        boolean down = parsed.hasMatchedOption("--down");
        if (up && down) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "--up and --down contradict each other; say one of them");
        }
        Double delay = parsed.matchedOptionValue("--delay", Double.NaN);
        Double loss = parsed.matchedOptionValue("--loss", Double.NaN);
        Integer mtu = parsed.matchedOptionValue("--mtu", -1);
        try {
            return new LinkChange(
                    parsed.hasMatchedOption("--clear"),
                    up || down ? Optional.of(up) : Optional.empty(),
                    parsed.hasMatchedOption("--delay")
                            ? Optional.of(Duration.ofNanos(Math.round(delay * NANOSECONDS_A_MILLISECOND)))
                            : Optional.empty(),
                    parsed.hasMatchedOption("--loss") ? OptionalDouble.of(loss) : OptionalDouble.empty(),
                    parsed.hasMatchedOption("--mtu") ? OptionalInt.of(mtu) : OptionalInt.empty());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(parsed.commandSpec().commandLine(), String.valueOf(e.getMessage()));
        }
    }

    /** {@code node-1: up, mtu 1500}, and what is wrong with it on purpose. */
    private static String text(JsonNode link) {
        List<String> words = new ArrayList<>();
        words.add(link.path("up").asBoolean() ? "up" : "down");
        words.add("mtu " + link.path("mtu").asText());
        for (JsonNode fault : link.path("faults")) {
            String text = fault.asText();
            if (!words.contains(text)) {
                words.add(text);
            }
        }
        return link.path("node").asText() + ": " + String.join(", ", words)
                + (link.path("faults").isEmpty() ? ", as every link is made" : "");
    }
}
