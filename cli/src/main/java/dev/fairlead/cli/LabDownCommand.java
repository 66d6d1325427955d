package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab down}: ends a lab and waits until nothing of it is left. */
record LabDownCommand(Terminal terminal) implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public CommandSpec spec() {
        return named("down", "End a lab; nothing of it is left.").addOption(LabCommand.nameOption());
    }

    @Override
    public int run(ParseResult parsed) {
        LabName name = LabCommand.name(parsed);
        LabCaller.end(name, PATIENCE);
        terminal.out().println("lab '" + name + "' is down");
        return 0;
    }
}
