package dev.fairlead.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * One command of {@code fairlead}. Options are declared through picocli's model and not by its annotations: reading
 * annotations makes the JVM define proxy classes, which took 50 ms of every start and can't be kept in the JVM's
 * start-up cache.
 */
interface Command {
    /**
     * Name, description, options and parameters; begin with {@link #named}. An option is
     * {@code OptionSpec.builder("--nodes").type(int.class).defaultValue("2").description("…").build()}.
     */
    CommandSpec spec();

    /**
     * Does it and returns the exit code. Options are read by {@code parsed.matchedOptionValue("--nodes", 2)}. Any
     * exception becomes one sentence and exit code 1, or the code of a {@link CommandFailure}; a
     * {@link picocli.CommandLine.ParameterException} is a usage error, exit code 2.
     */
    int run(ParseResult parsed);

    /** A specification of this command with a name, one sentence for the help, and the option {@code --help}. */
    default CommandSpec named(String name, String description) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.usageMessage().description(description);
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help and exit.")
                .build());
        return spec;
    }

    /** Puts {@code commands} below this one, as {@code up} is below {@code lab}. */
    default CommandSpec with(CommandSpec spec, Iterable<Command> commands) {
        spec.usageMessage().synopsisSubcommandLabel("COMMAND");
        for (Command command : commands) {
            CommandSpec below = command.spec();
            spec.addSubcommand(below.name(), below);
        }
        return spec;
    }
}
