package dev.fairlead.cli;

import dev.fairlead.lab.control.NodeLifecycle;
import dev.fairlead.lab.door.LabCaller;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab node stop|start NODE}: switches a node off and on, as one does with a machine. */
record LabNodeCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return with(
                named("node", "Switch a node off and on."),
                List.<Command>of(
                        new Switch(terminal, "stop", "Switch a node off: its agent and its pods end."),
                        new Switch(terminal, "start", "Switch a node on again.")));
    }

    @Override
    public int run(ParseResult parsed) {
        throw new ParameterException(
                parsed.commandSpec().commandLine(), "`fairlead lab node` needs a command: stop or start");
    }

    /** One of the two. */
    private record Switch(Terminal terminal, String word, String sentence) implements Command {
        @Override
        public CommandSpec spec() {
            return named(word, sentence)
                    .addOption(LabCommand.nameOption())
                    .addPositional(LabCommand.node("Which node."));
        }

        @Override
        public int run(ParseResult parsed) {
            String node = parsed.matchedPositionalValue(0, "");
            LabCaller.ask(
                    LabCommand.name(parsed), LabCaller.request("node-" + word).put("name", node));
            terminal.out()
                    .println(
                            word.equals("stop")
                                    ? "node " + node + " is stopped; its Ready turns Unknown in "
                                            + NodeLifecycle.GRACE.toSeconds() + " s, and its pods are deleted "
                                            + NodeLifecycle.PATIENCE.toSeconds() + " s later"
                                    : "node " + node + " is started");
            return 0;
        }
    }
}
