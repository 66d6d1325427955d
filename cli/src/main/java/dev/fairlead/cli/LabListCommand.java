package dev.fairlead.cli;

import dev.fairlead.lab.door.LabName;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab list}: names of this user's running labs, one a line. */
record LabListCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("list", "List the running labs.");
    }

    @Override
    public int run(ParseResult parsed) {
        LabName.running(LabName.ownUid()).forEach(name -> terminal.out().println(name));
        return 0;
    }
}
