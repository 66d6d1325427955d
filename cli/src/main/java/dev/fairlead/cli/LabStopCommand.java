package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab stop}: ends a lab's processes and namespaces, and keeps what {@code lab start} needs. */
record LabStopCommand(Terminal terminal) implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public CommandSpec spec() {
        return named("stop", "End a lab and keep its objects: lab start brings it back.")
                .addOption(LabCommand.nameOption())
                .addPositional(LabCommand.nameOperand());
    }

    @Override
    public int run(ParseResult parsed) {
        LabName name = LabCommand.operandOrName(parsed);
        LabCaller.ask(name, LabCaller.request("files")); // refused by a lab that keeps nothing
        LabCaller.end(name, "stop", PATIENCE);
        terminal.out()
                .println("lab '" + name + "' is stopped; ./fairlead lab start" + LabCommand.option(name)
                        + " brings it back");
        return 0;
    }
}
