package dev.fairlead.cli;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead __hold}: stays, with a child process, until it is ended from outside, as a lab does. For the
 * launcher's own tests, which end it in all the ways in which a lab can be ended.
 */
record HoldCommand(Terminal terminal) implements Command {
    // A test that lost track of this process must not leave it on the machine.
    private static final int LONGEST_SECONDS = 60;

    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("__hold", "Stay until ended from outside.");
        spec.usageMessage().hidden(true);
        return spec.addOption(number("--answer", "Tell the waiting launcher to end with this code."))
                .addOption(number("--halt", "Die at once with this code and no answer."));
    }

    private static OptionSpec number(String name, String description) {
        return OptionSpec.builder(name)
                .type(int.class)
                .paramLabel("N")
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        if (parsed.hasMatchedOption("--halt")) {
            Runtime.getRuntime().halt(parsed.matchedOptionValue("--halt", 0));
        }
        try {
            Process child = new ProcessBuilder("sleep", Integer.toString(LONGEST_SECONDS)).start();
            terminal.out().println("hostPid=" + Launch.hostPid());
            if (parsed.hasMatchedOption("--answer")) {
                Launch.answer(parsed.matchedOptionValue("--answer", 0));
            }
            if (!child.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (IOException e) {
            throw new CommandFailure("starting the child process was refused: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }
}
