package dev.fairlead.cli;

import dev.fairlead.cli.Terminal.Style;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead doctor}: the prerequisites that only Java can judge. The launcher has already printed those that the
 * shell can judge ({@code launcher/checks.sh}), in the same form, and it joins the two exit codes.
 */
record DoctorCommand(Terminal terminal) implements Command {
    private static final int NAME_COLUMNS = 20;

    /** What was found about one prerequisite; {@code fix} says what to do where it isn't {@code ok}. */
    record Finding(String name, boolean ok, String found, String fix) {}

    @Override
    public CommandSpec spec() {
        return named("doctor", "Check what Fairlead needs on this machine, each with its fix.");
    }

    @Override
    public int run(ParseResult parsed) {
        boolean allOk = true;
        for (Finding finding : findings()) {
            allOk &= finding.ok();
            terminal.out().println(line(finding));
        }
        return allOk ? 0 : 1;
    }

    private static List<Finding> findings() {
        boolean mayCall = DoctorCommand.class.getModule().isNativeAccessEnabled();
        return List.of(new Finding(
                "system calls",
                mayCall,
                "Java " + System.getProperty("java.version") + (mayCall ? " may make them" : " may not make them"),
                "start Fairlead by ./fairlead, which passes --enable-native-access=ALL-UNNAMED"));
    }

    private String line(Finding finding) {
        String name = finding.name()
                + " ".repeat(Math.max(1, NAME_COLUMNS - finding.name().length()));
        return finding.ok()
                ? terminal.style(Style.GREEN, "✓") + " " + name + finding.found()
                : terminal.style(Style.RED, "✗") + " " + name + finding.found() + "; fix: " + finding.fix();
    }
}
