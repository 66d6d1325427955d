package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead explain FROM TO}: where a connection would go, by the plans alone. The network isn't touched. */
record ExplainCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return TraceCommand.question(
                named("explain", "Say where a connection would go, and its answer, without sending anything."));
    }

    @Override
    public int run(ParseResult parsed) {
        var request = TraceCommand.request(terminal, "explain", parsed, Duration.ZERO);
        TraceCommand.print(terminal, parsed, LabCaller.ask(LabCommand.name(parsed), request));
        return 0;
    }
}
