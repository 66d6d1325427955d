package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.process.Exec;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.node.HostProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead lab exec POD [-c CONTAINER] -- CMD}: becomes {@code nsenter}, which becomes the command inside the pod, so
 * that terminal, signals and exit code are the command's own. Java could not enter the lab's user namespace: it has many
 * threads.
 */
record LabExecCommand() implements Command {
    /** As {@code kubectl debug} names a node. */
    private static final String NODE = "node/";

    @Override
    public CommandSpec spec() {
        return LabLogsCommand.podOptions(named("exec", "Run a command inside a pod, or on a node: node/NAME."), "1")
                .addPositional(PositionalParamSpec.builder()
                        .index("1..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("COMMAND")
                        .description("The command and its arguments, after --.")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        List<String> command = parsed.matchedPositionalValue(1, List.<String>of());
        if (command.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "say what to run: fairlead lab exec POD -- COMMAND");
        }
        ObjectNode request = LabCaller.request("exec");
        String place = parsed.matchedPositionalValue(0, "");
        if (place.startsWith(NODE)) {
            request.put("node", place.substring(NODE.length()));
        } else {
            LabLogsCommand.putPod(request, parsed);
        }
        JsonNode answer = LabCaller.ask(LabCommand.name(parsed), request);
        Map<String, String> environment = environment(answer.path("environment"));
        if (HostProcess.find(command.getFirst(), environment.getOrDefault("PATH", ""))
                .isEmpty()) {
            throw new CommandFailure(
                    127,
                    "'" + command.getFirst() + "' is no program of this machine, and pods of the lab see its files");
        }
        return become(answer.path("pid").asInt(), command, environment);
    }

    private static Map<String, String> environment(JsonNode variables) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (var variable : variables.properties()) {
            environment.put(variable.getKey(), variable.getValue().asText());
        }
        String term = System.getenv("TERM");
        if (term != null) {
            environment.put("TERM", term);
        }
        return environment;
    }

    private static int become(int pid, List<String> command, Map<String, String> environment) {
        Path nsenter = HostProcess.find("nsenter", System.getenv().getOrDefault("PATH", ""))
                .orElseThrow(() -> new CommandFailure("nsenter is missing; install util-linux"));
        List<String> arguments = new ArrayList<>(List.of(nsenter.toString(), "--target", Integer.toString(pid)));
        if (!Exec.sameUserNamespace(pid)) {
            arguments.addAll(List.of("--user", "--preserve-credentials"));
        }
        arguments.addAll(List.of("--mount", "--uts", "--ipc", "--net", "--pid", "--"));
        arguments.addAll(command);
        throw Exec.become(nsenter, arguments, environment);
    }
}
