package dev.fairlead.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead version}: the line that {@code fairlead --version} prints. */
record VersionCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("version", "Print the version.");
    }

    @Override
    public int run(ParseResult parsed) {
        terminal.out().println(Version.line());
        return 0;
    }
}
