package dev.fairlead.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead __where}: in which namespaces the launcher put this JVM. For the launcher's own tests. */
record WhereCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("__where", "Print the namespaces of this JVM.");
        spec.usageMessage().hidden(true);
        return spec;
    }

    @Override
    public int run(ParseResult parsed) {
        print();
        return 0;
    }

    /** One {@code name=value} per line; the namespaces as the kernel names them, for example {@code net:[4026531840]}. */
    private void print() {
        terminal.out().println("made=" + Launch.namespaces().orElse("none"));
        terminal.out().println("self=" + ProcessHandle.current().pid());
        terminal.out().println("hostPid=" + Launch.hostPid());
        for (String kind : new String[] {"user", "mnt", "pid", "net"}) {
            try {
                terminal.out().println(kind + "=" + Files.readSymbolicLink(Path.of("/proc/self/ns", kind)));
            } catch (IOException e) {
                throw new UncheckedIOException("reading which " + kind + " namespace this is: " + e.getMessage(), e);
            }
        }
    }
}
