package dev.fairlead.cli;

import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab list}: names of this user's labs, one a line, those that are stopped with that word. */
record LabListCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("list", "List the labs that run or are stopped.");
    }

    @Override
    public int run(ParseResult parsed) {
        List<LabName> running = LabName.running(LabName.ownUid());
        TreeSet<String> lines = new TreeSet<>();
        running.forEach(name -> lines.add(name.name()));
        for (LabName name : LabFiles.all(System.getenv())) {
            if (!running.contains(name)) {
                lines.add(name + "  stopped");
            }
        }
        lines.forEach(line -> terminal.out().println(line));
        return 0;
    }
}
