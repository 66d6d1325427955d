package dev.fairlead.cli;

import java.io.OutputStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead __train}: does once, with no output, what users wait for, so that the JVM's start-up cache (JEP 514)
 * holds the classes and the profiles of exactly that. The launcher runs it at the end of each build, inside the lab's
 * namespaces where the kernel allows them.
 */
record TrainCommand() implements Command {
    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("__train", "Do once what users wait for.");
        spec.usageMessage().hidden(true);
        return spec;
    }

    @Override
    public int run(ParseResult parsed) {
        Terminal nobody = Terminal.plain(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), 80);
        Main.run(nobody, "--version");
        Main.run(nobody, "help");
        Main.run(nobody, "doctor");
        Main.run(nobody, "no-such-command");
        return 0;
    }
}
