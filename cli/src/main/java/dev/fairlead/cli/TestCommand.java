package dev.fairlead.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead test}, so that the help lists it: the launcher runs the tests by itself and never gets here. */
record TestCommand() implements Command {
    @Override
    public CommandSpec spec() {
        return named("test", "Build with all checks and run every test; further arguments go to Maven.");
    }

    @Override
    public int run(ParseResult parsed) {
        throw new CommandFailure("the tests are run by the launcher; start ./fairlead test in the checkout");
    }
}
