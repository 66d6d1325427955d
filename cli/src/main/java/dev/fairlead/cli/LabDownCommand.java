package dev.fairlead.cli;

import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab down}: ends a lab and waits until nothing of it is left. */
record LabDownCommand(Terminal terminal) implements Command {
    private static final int PATIENCE_SECONDS = 20;

    @Override
    public CommandSpec spec() {
        return named("down", "End a lab; nothing of it is left.").addOption(LabCommand.nameOption());
    }

    @Override
    public int run(ParseResult parsed) {
        LabName name = LabCommand.name(parsed);
        Optional<ProcessHandle> lab = ProcessHandle.of(LabCaller.pid(name));
        LabCaller.ask(name, LabCaller.request("down"));
        lab.ifPresent(LabDownCommand::awaitEnd);
        terminal.out().println("lab '" + name + "' is down");
        return 0;
    }

    /** The lab is process 1 of its PID namespace: when it has ended, the kernel has ended all the others. */
    private static void awaitEnd(ProcessHandle lab) {
        try {
            var unused = lab.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            lab.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new CommandFailure("waiting for the lab's end failed: " + e.getMessage());
        }
    }
}
