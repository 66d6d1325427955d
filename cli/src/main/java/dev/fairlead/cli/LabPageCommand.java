package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab page}: the link of the lab's page, which draws it and plays the way of its packets. */
record LabPageCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("page", "Print the link of the lab's page, which draws it and plays the way of its packets.")
                .addOption(LabCommand.nameOption());
    }

    @Override
    public int run(ParseResult parsed) {
        terminal.out()
                .println(LabCaller.ask(LabCommand.name(parsed), LabCaller.request("page"))
                        .path("link")
                        .asText());
        return 0;
    }
}
