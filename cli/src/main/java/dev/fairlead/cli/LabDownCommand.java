package dev.fairlead.cli;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Stranger;
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
        // Process 1 of the lab's PID namespace: when it has ended, the kernel has ended all the others.
        try (Stranger lab = Stranger.hold(LabCaller.pid(name))) {
            LabCaller.ask(name, LabCaller.request("down"));
            if (!lab.awaitEnd(PATIENCE)) {
                lab.signal(Child.SIGKILL);
                lab.awaitEnd(PATIENCE);
            }
        }
        terminal.out().println("lab '" + name + "' is down");
        return 0;
    }
}
