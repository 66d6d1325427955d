package dev.fairlead.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A kubectl of this machine, and the cluster and home directory that it is given.
 *
 * @param minor its version behind "1."; {@link Integer#MAX_VALUE} for the one on the PATH, whose name doesn't say
 */
record Kubectl(Path program, int minor, Path kubeconfig, Path home) {

    /** The first is the one on the PATH; then those that an SDK brings for older and newer servers. */
    static List<Kubectl> all(Path kubeconfig, Path home) {
        List<Kubectl> found = new ArrayList<>();
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path program = Path.of(directory, "kubectl");
            if (!Files.isExecutable(program)) {
                continue;
            }
            found.add(new Kubectl(program, Integer.MAX_VALUE, kubeconfig, home));
            try (Stream<Path> beside = Files.list(program.toRealPath().resolveSibling("."))) {
                beside.filter(path -> path.getFileName().toString().matches("kubectl\\.1\\.[0-9]+"))
                        .sorted()
                        .forEach(path -> found.add(new Kubectl(path, minor(path), kubeconfig, home)));
            } catch (IOException e) {
                throw new AssertionError("looking beside " + program, e);
            }
            break;
        }
        return found;
    }

    private static int minor(Path program) {
        String name = program.toString();
        return Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
    }

    Map<String, String> environment() {
        return Map.of("KUBECONFIG", kubeconfig.toString(), "HOME", home.toString());
    }

    List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    Ran run(String... arguments) {
        return withInput("", arguments);
    }

    Ran withInput(String stdin, String... arguments) {
        return Ran.program(environment(), stdin, command(arguments));
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
}
