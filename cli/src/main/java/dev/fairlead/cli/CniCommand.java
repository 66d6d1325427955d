package dev.fairlead.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead cni}: what this node's agent did for the container runtime. */
record CniCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("cni", "Look at what the agent did for this node's container runtime.");
        return with(spec, List.of(new CniLogCommand(terminal)));
    }

    @Override
    public int run(ParseResult parsed) {
        throw new ParameterException(parsed.commandSpec().commandLine(), "say what to look at: log");
    }
}
