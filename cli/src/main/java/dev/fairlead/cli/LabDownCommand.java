package dev.fairlead.cli;

import dev.fairlead.lab.StoppedLab;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.door.LabRefusal;
import java.io.IOException;
import java.io.UncheckedIOException;
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
        if (!LabCaller.isStopped(name)) {
            LabCaller.end(name, "down", PATIENCE);
        }
        forget(name);
        terminal.out().println("lab '" + name + "' is down");
        return 0;
    }

    /** A lab that went down by itself has deleted its files; one that was stopped or killed hasn't. */
    private static void forget(LabName name) {
        if (!LabFiles.all(System.getenv()).contains(name)) {
            return;
        }
        LabFiles files = LabFiles.of(name, System.getenv());
        try {
            try {
                StoppedLab.forget(files);
            } catch (LabRefusal e) {
                files.delete();
                throw new CommandFailure("lab '" + name + "' is down, but kubectl's context fairlead-" + name
                        + " is still there: " + e.getMessage());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the files of lab '" + name + "' could not be deleted: " + e.getMessage(), e);
        }
    }
}
