package dev.fairlead.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code fairlead} itself: the list of commands, and what is printed when one of them goes wrong. */
final class FairleadCommand implements Command {
    private final Terminal terminal;

    private FairleadCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Every command, in the order of the help. A new one is one more line here. */
    private List<Command> commands() {
        return List.<Command>of(
                new DemoCommand(terminal),
                new LabCommand(terminal),
                new TraceCommand(terminal),
                new ExplainCommand(terminal),
                new FlowsCommand(terminal),
                new AgentCommand(terminal),
                new CniCommand(terminal),
                new BenchCommand(terminal),
                new DoctorCommand(terminal),
                new TestCommand(),
                new VersionCommand(terminal),
                new HelpCommand(terminal),
                new WhereCommand(terminal),
                new HoldCommand(terminal),
                new TrainCommand());
    }

    /** Runs {@code args}, printing to {@code terminal}; returns the exit code and throws nothing. */
    static int run(Terminal terminal, String... args) {
        CommandSpec spec = new FairleadCommand(terminal).spec();
        return new CommandLine(spec)
                // These reach every command of the tree, which is complete by now.
                .setColorScheme(Help.defaultColorScheme(terminal.colours() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Math.clamp(terminal.columns(), 60, 120))
                .setExecutionStrategy(parsed -> execute(terminal, parsed))
                .setParameterExceptionHandler((wrong, line) -> wronglyCalled(terminal, wrong))
                .execute(args);
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("fairlead", "A Kubernetes pod network that shows every hop of a packet.");
        spec.addOption(OptionSpec.builder("--version")
                .description("Print the version and exit.")
                .build());
        return with(spec, commands());
    }

    @Override
    public int run(ParseResult parsed) {
        terminal.out()
                .print(
                        parsed.hasMatchedOption("--version")
                                ? Version.line() + "\n"
                                : parsed.commandSpec().commandLine().getUsageMessage());
        return 0;
    }

    private static int execute(Terminal terminal, ParseResult whole) {
        ParseResult parsed = whole;
        while (parsed.hasSubcommand()) {
            parsed = parsed.subcommand();
        }
        CommandSpec spec = parsed.commandSpec();
        if (parsed.isUsageHelpRequested()) {
            terminal.out().print(spec.commandLine().getUsageMessage());
            return 0;
        }
        try {
            return ((Command) spec.userObject()).run(parsed);
        } catch (ParameterException wrong) {
            return wronglyCalled(terminal, wrong);
        } catch (RuntimeException failure) {
            return failed(terminal, failure);
        }
    }

    private static int wronglyCalled(Terminal terminal, ParameterException wrong) {
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName(" ");
        terminal.err().println("fairlead: " + sentence(wrong, command) + "; see `" + command + " --help`");
        return 2;
    }

    private static String sentence(ParameterException wrong, String command) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)
                || unmatched.isUnknownOption()
                || unmatched.getCommandLine().getSubcommands().isEmpty()) {
            return message(wrong);
        }
        String said =
                "`" + command + "` has no command '" + unmatched.getUnmatched().getFirst() + "'";
        // picocli always finds something that is similar; a slip of the finger leaves the beginning as it was.
        String wanted = unmatched.getUnmatched().getFirst();
        for (String close : unmatched.getSuggestions()) {
            if (close.regionMatches(0, wanted, 0, 2)) {
                return said + ", but it has '" + close + "'";
            }
        }
        return said;
    }

    /** One sentence, and the stack trace only for who asked for it: a trace hides the sentence from everyone else. */
    private static int failed(Terminal terminal, RuntimeException failure) {
        if (Launch.debug()) {
            failure.printStackTrace(terminal.err());
        }
        terminal.err().println("fairlead: " + message(failure));
        return failure instanceof CommandFailure known ? known.exitCode() : 1;
    }

    private static String message(Exception failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getName() : message;
    }
}
