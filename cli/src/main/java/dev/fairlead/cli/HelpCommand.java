package dev.fairlead.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead help [COMMAND...]}: the help of a command, such as {@code fairlead help lab up}. */
record HelpCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("help", "Show the help of a command.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("COMMAND")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("The command; without it, the list of commands.")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        CommandLine line = parsed.commandSpec().root().commandLine();
        for (String name : parsed.matchedPositionalValue(0, List.<String>of())) {
            CommandLine below = line.getSubcommands().get(name);
            if (below == null) {
                throw new ParameterException(
                        line, "`" + line.getCommandSpec().qualifiedName(" ") + "` has no command '" + name + "'");
            }
            line = below;
        }
        terminal.out().print(line.getUsageMessage());
        return 0;
    }
}
