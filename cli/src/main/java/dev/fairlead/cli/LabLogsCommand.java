package dev.fairlead.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabCaller;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab logs [POD] [-c CONTAINER]}: what a container printed, or the lab's own log. */
record LabLogsCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return podOptions(named("logs", "Print what a container printed; without a pod, the lab's own log."), "0..1");
    }

    static CommandSpec podOptions(CommandSpec spec, String arity) {
        return spec.addOption(LabCommand.nameOption())
                .addOption(OptionSpec.builder("-n", "--namespace")
                        .type(String.class)
                        .paramLabel("NAMESPACE")
                        .description("The pod's namespace; POD may also be NAMESPACE/NAME. Default: default")
                        .build())
                .addOption(OptionSpec.builder("-c", "--container")
                        .type(String.class)
                        .paramLabel("CONTAINER")
                        .description("Which container. Default: the first")
                        .build())
                .addPositional(PositionalParamSpec.builder()
                        .index("0")
                        .arity(arity)
                        .type(String.class)
                        .paramLabel("POD")
                        .description("The pod.")
                        .build());
    }

    /** {@code POD}, {@code NAMESPACE/POD} or {@code pod/POD} as kubectl writes it. */
    static void putPod(ObjectNode request, ParseResult parsed) {
        String pod = parsed.matchedPositionalValue(0, "");
        String namespace = parsed.matchedOptionValue("-n", "default");
        int slash = pod.indexOf('/');
        if (slash > 0) {
            String before = pod.substring(0, slash);
            boolean isKind = before.equals("pod") || before.equals("pods");
            namespace = isKind ? namespace : before;
            pod = pod.substring(slash + 1);
        }
        request.put("name", pod).put("namespace", namespace).put("container", parsed.matchedOptionValue("-c", ""));
    }

    @Override
    public int run(ParseResult parsed) {
        ObjectNode request = LabCaller.request("logs");
        putPod(request, parsed);
        terminal.out()
                .print(LabCaller.ask(LabCommand.name(parsed), request)
                        .path("text")
                        .asText());
        return 0;
    }
}
