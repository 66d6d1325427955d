package dev.fairlead.cli;

import dev.fairlead.agent.CniCaller;
import dev.fairlead.kernel.SyscallException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead cni log}: the last ADDs and DELs of this node's agent and where their milliseconds went. */
record CniLogCommand(Terminal terminal) implements Command {
    private static final int FIELDS = 7;

    @Override
    public CommandSpec spec() {
        return named("log", "Show the last ADDs and DELs, and the milliseconds of each step.")
                .addOption(OptionSpec.builder("--socket")
                        .type(Path.class)
                        .paramLabel("PATH")
                        .description("Where the agent serves. Default: /run/fairlead/cni.sock")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        Path socket = parsed.matchedOptionValue("--socket", Path.of("/run/fairlead/cni.sock"));
        List<String> lines;
        try {
            lines = CniCaller.log(socket);
        } catch (SyscallException e) {
            throw new CommandFailure("no agent tells what it did: " + e.getMessage()
                    + "; start `fairlead agent`, or say by --socket where it serves");
        }
        if (lines.isEmpty()) {
            terminal.out().println("no ADD or DEL yet");
            return 0;
        }
        Table table = new Table("TIME", "CALL", "ATTACHMENT", "OUTCOME", "MS", "STEPS IN MS", "TRACE");
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            if (fields.length == FIELDS) {
                table.row(fields);
            }
        }
        table.print(terminal);
        return 0;
    }
}
