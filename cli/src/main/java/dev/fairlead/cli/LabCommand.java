package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.LabOptions;
import dev.fairlead.lab.door.LabName;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab}: a cluster on this machine. */
record LabCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return with(
                named("lab", "A whole cluster on this machine, made of namespaces."),
                List.<Command>of(
                        new LabUpCommand(terminal),
                        new LabStatusCommand(terminal),
                        new LabKubeconfigCommand(terminal),
                        new LabPageCommand(terminal),
                        new LabApplyCommand(terminal),
                        new LabDeleteCommand(terminal),
                        new LabExecCommand(),
                        new LabLogsCommand(terminal),
                        new LabNodeCommand(terminal),
                        new LabLinkCommand(terminal),
                        new LabListCommand(terminal),
                        new LabStopCommand(terminal),
                        new LabStartCommand(terminal),
                        new LabDownCommand(terminal)));
    }

    @Override
    public int run(ParseResult parsed) {
        throw new ParameterException(
                parsed.commandSpec().commandLine(),
                "`fairlead lab` needs a command: up, status, kubeconfig, page, apply, delete, exec, logs, node, link, list,"
                        + " stop, start or down");
    }

    /** {@code --name}, which every lab command takes. */
    static OptionSpec nameOption() {
        return OptionSpec.builder("--name")
                .type(String.class)
                .paramLabel("NAME")
                .description("Which lab; several can run side by side. Default: " + LabName.DEFAULT)
                .build();
    }

    static LabName name(ParseResult parsed) {
        try {
            return new LabName(parsed.matchedOptionValue("--name", LabName.DEFAULT));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "--name: " + e.getMessage());
        }
    }

    /** {@code lab stop NAME} is as good as {@code lab stop --name NAME}. */
    static PositionalParamSpec nameOperand() {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("0..1")
                .type(String.class)
                .paramLabel("NAME")
                .description("Which lab, as by --name.")
                .build();
    }

    static LabName operandOrName(ParseResult parsed) {
        String operand = parsed.matchedPositionalValue(0, "");
        LabName named = name(parsed);
        if (operand.isEmpty()) {
            return named;
        }
        if (parsed.hasMatchedOption("--name") && !named.name().equals(operand)) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "two labs are named, '" + operand + "' and '" + named + "'");
        }
        try {
            return new LabName(operand);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(parsed.commandSpec().commandLine(), String.valueOf(e.getMessage()));
        }
    }

    /** What a lab answered, for programs. */
    static void printJson(Terminal terminal, JsonNode answer) {
        try {
            ((ObjectNode) answer).remove("ok"); // the door's word, not the answer's
            terminal.out()
                    .println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** The option that names a lab in a command for the user to type; none where it needn't be. */
    static String option(LabName name) {
        return name.name().equals(LabName.DEFAULT) ? "" : " --name " + name;
    }

    /** Refuses what is for labs that don't run; called in the namespaces made for one. */
    static void requireDown(LabName name) {
        if (LabName.running(LabName.ownerUid()).contains(name)) {
            throw new CommandFailure(
                    "lab '" + name + "' is up already; ./fairlead lab stop" + option(name) + " stops it");
        }
    }

    /** {@code NODE}, which has to be said. */
    static PositionalParamSpec node(String description) {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .required(true)
                .type(String.class)
                .paramLabel("NODE")
                .description(description)
                .build();
    }

    static OptionSpec files(String description) {
        return OptionSpec.builder("-f", "--filename")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("FILE")
                .description(description)
                .build();
    }

    /** {@code --agents}, for commands that make a lab. */
    static OptionSpec agents() {
        return OptionSpec.builder("--agents")
                .type(String.class)
                .paramLabel("WHERE")
                .description("inside (the lab's JVM), or process (one each, as on a real node). Default: inside")
                .build();
    }

    static LabOptions.Agents agents(ParseResult parsed) {
        String text = parsed.matchedOptionValue("--agents", "inside");
        try {
            return LabOptions.Agents.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "--agents '" + text + "' is not inside or process");
        }
    }
}
