package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabCaller;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab delete -f FILE} or {@code fairlead lab delete pod NAME}. */
record LabDeleteCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("delete", "Delete what manifests name, or one object by kind and name, and wait until it is gone.")
                .addOption(LabCommand.nameOption())
                .addOption(LabCommand.files("The manifest; - for standard input, a directory for all in it."))
                .addOption(OptionSpec.builder("-n", "--namespace")
                        .type(String.class)
                        .paramLabel("NAMESPACE")
                        .description("Of the object named by kind and name. Default: default")
                        .build())
                .addPositional(PositionalParamSpec.builder()
                        .index("0..1")
                        .arity("0..2")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("KIND NAME")
                        .description("pod, service or deployment, and its name.")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        ObjectNode request = LabCaller.request("delete");
        List<String> words = parsed.matchedPositionalValue(0, List.<String>of());
        if (words.isEmpty()) {
            LabApplyCommand.putFiles(request, parsed);
        } else {
            byName(request, parsed, words);
        }
        JsonNode answer = LabCaller.ask(LabCommand.name(parsed), request);
        answer.path("lines").forEach(line -> terminal.out().println(line.asText()));
        answer.path("missing").forEach(line -> terminal.err().println("fairlead: " + line.asText()));
        return answer.path("missing").isEmpty() ? 0 : 1;
    }

    /** {@code pod web} or {@code pod/web}, as kubectl takes them. */
    private static void byName(ObjectNode request, ParseResult parsed, List<String> words) {
        String first = words.getFirst();
        int slash = first.indexOf('/');
        boolean joined = slash > 0 && words.size() == 1;
        if (!joined && words.size() != 2) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "say what to delete: KIND NAME, KIND/NAME or -f FILE");
        }
        request.put("kind", joined ? first.substring(0, slash) : first)
                .put("name", joined ? first.substring(slash + 1) : words.get(1))
                .put("namespace", parsed.matchedOptionValue("-n", "default"));
    }
}
