package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabCaller;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab apply -f FILE}. */
record LabApplyCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("apply", "Create or update what manifests say, all or nothing.")
                .addOption(LabCommand.nameOption())
                .addOption(LabCommand.files("The manifest; - for standard input, a directory for all in it."));
    }

    @Override
    public int run(ParseResult parsed) {
        ObjectNode request = LabCaller.request("apply");
        putFiles(request, parsed);
        JsonNode answer = LabCaller.ask(LabCommand.name(parsed), request);
        answer.path("lines").forEach(line -> terminal.out().println(line.asText()));
        return 0;
    }

    static void putFiles(ObjectNode request, ParseResult parsed) {
        List<ManifestFile> files = ManifestFile.all(parsed);
        if (files.isEmpty()) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "say which manifest: -f FILE");
        }
        ArrayNode array = request.putArray("files");
        for (ManifestFile file : files) {
            array.addObject().put("source", file.source()).put("text", file.text());
        }
    }
}
