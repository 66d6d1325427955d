package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real kubectl that talks to a lab.
 *
 * @param home where it keeps what it learnt of the API
 */
record Kubectl(String program, String kubeconfig, Path home) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The first is the one on the PATH; then those that an SDK brings for older and newer servers. None is no failure. */
    static List<String> installed() {
        List<String> found = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path program = Path.of(directory, "kubectl");
            if (!Files.isExecutable(program)) {
                continue;
            }
            found.add(program.toString());
            try (Stream<Path> beside = Files.list(program.toRealPath().resolveSibling("."))) {
                beside.map(Path::toString)
                        .filter(name -> name.matches(".*/kubectl\\.1\\.[0-9]+"))
                        .sorted()
                        .forEach(found::add);
            } catch (IOException e) {
                throw new AssertionError("looking beside " + program, e);
            }
            break;
        }
        return found;
    }

    static Kubectl of(String program, TestLab lab, Path home) {
        return new Kubectl(program, lab.lab("kubeconfig").ok().strip(), home);
    }

    Map<String, String> environment() {
        return Map.of("KUBECONFIG", kubeconfig, "HOME", home.toString());
    }

    Ran withInput(String stdin, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(arguments);
        return Ran.program(environment(), stdin, command);
    }

    Ran run(String... arguments) {
        return withInput("", List.of(arguments));
    }

    JsonNode json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        String text = withInput("", all).ok();
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(String.join(" ", all) + " printed no JSON: " + text, e);
        }
    }

    /** Its version behind "1."; for the one on the PATH, whose name doesn't say, a large number. */
    int minor() {
        return program.matches(".*/kubectl\\.1\\.[0-9]+")
                ? Integer.parseInt(program.substring(program.lastIndexOf('.') + 1))
                : Integer.MAX_VALUE;
    }

    /** A shell's line in which {@code kubectl} is this one. */
    Ran shell(String line) {
        return Ran.program(environment(), "", List.of("sh", "-c", "kubectl() { " + program + " \"$@\"; }; " + line));
    }

    /** Runs on, with nothing to read but what never comes. */
    Started start(String... arguments) throws IOException {
        return Started.program(home, environment(), command(arguments));
    }

    /** As {@link #start}, with the content of a file to read. */
    Started startWithInput(Path file, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" < " + file, "sh"));
        command.addAll(command(arguments));
        return Started.program(home, environment(), command);
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return command;
    }
}
