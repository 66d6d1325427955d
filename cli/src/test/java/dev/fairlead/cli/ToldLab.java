package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a document's commands as they stand, in a lab that a test has: in a directory with a {@code ./fairlead} that names the
 * lab, and where pods have got other addresses than in the document, with these.
 */
final class ToldLab {
    private static final Pattern ADDRESS =
            Pattern.compile("(?<![0-9a-f.:])(?:10\\.244\\.[0-9]+\\.[0-9]+|0a:58(?::[0-9a-f]{2}){4})(?![0-9a-f])");
    /** As on a terminal of this width. */
    private static final Map<String, String> TERMINAL = Map.of("FAIRLEAD_JVM_OPTIONS", "-Dfairlead.columns=110");

    private final TestLab lab;
    private final Path directory;
    private final Map<String, List<String>> told;
    private final Map<String, String> toDocument = new HashMap<>();
    private final Map<String, String> toLab = new HashMap<>();

    /**
     * @param told which addresses each pod has in the document, one after the other, by the beginning of its name
     * @param manifest the file that commands name, by its path in the checkout
     */
    ToldLab(TestLab lab, Path directory, Map<String, List<String>> told, String manifest) throws IOException {
        this.lab = lab;
        this.directory = directory;
        this.told = told;
        Path command = Files.writeString(
                directory.resolve("fairlead"), """
                #!/bin/sh
                fairlead='%s' name='%s'
                case $1 in
                  lab) verb=$2; shift 2; exec "$fairlead" lab "$verb" --name "$name" "$@" ;;
                  *) verb=$1; shift; exec "$fairlead" "$verb" --name "$name" "$@" ;;
                esac
                """.formatted(Started.HOME.resolve("fairlead"), lab.name()));
        Files.setPosixFilePermissions(command, PosixFilePermissions.fromString("rwxr-xr-x"));
        copy(manifest);
        meetPods();
    }

    private void copy(String file) throws IOException {
        Path copy = directory.resolve(file);
        Files.createDirectories(copy.getParent());
        Files.copy(Started.HOME.resolve(file), copy);
    }

    /** What a command prints, in the document's addresses; what it complains of where it prints nothing. */
    String run(String command) {
        Ran ran = ran(command);
        if (command.contains(" lab apply ")) {
            meetPods();
            ran(command).ok(); // changes nothing, and waits until the nodes hold what the new pods' readiness changed
        }
        return renamed(ran.out().isEmpty() && ran.exitCode() != 0 ? ran.err() : ran.out(), toDocument);
    }

    private Ran ran(String command) {
        return Ran.program(
                TERMINAL, "", List.of("env", "-C", directory.toString(), "sh", "-c", renamed(command, toLab)));
    }

    private void meetPods() {
        for (JsonNode pod : lab.awaitSettled().path("pods")) {
            String ip = pod.path("ip").asText();
            if (!toDocument.containsKey(ip)) {
                String name = pod.path("name").asText();
                String shown = told.entrySet().stream()
                        .filter(pods -> name.startsWith(pods.getKey()))
                        .flatMap(pods -> pods.getValue().stream())
                        .filter(address -> network(address).equals(network(ip)) && !toLab.containsKey(address))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("the document knows no address for " + name + ", " + ip));
                rename(ip, shown);
                rename(mac(ip), mac(shown));
            }
        }
    }

    private void rename(String inLab, String inDocument) {
        toDocument.put(inLab, inDocument);
        toLab.put(inDocument, inLab);
    }

    private static String network(String ip) {
        return ip.substring(0, ip.lastIndexOf('.'));
    }

    /** 0a:58 and the address; see docs/data-path.md. */
    private static String mac(String ip) {
        StringBuilder mac = new StringBuilder("0a:58");
        for (String octet : ip.split("\\.", -1)) {
            mac.append(String.format(":%02x", Integer.parseInt(octet)));
        }
        return mac.toString();
    }

    private static String renamed(String text, Map<String, String> names) {
        return ADDRESS.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(names.getOrDefault(found.group(), found.group())));
    }
}
