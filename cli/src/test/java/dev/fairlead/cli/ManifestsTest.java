package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Manifests as people write them, in {@code manifests/}, applied by the real kubectl to one lab with two nodes, each in a
 * namespace of its own. Behind each manifest stands what can be seen then: {@code #$} and a command, of kubectl, or of a pod
 * or node whose name and a colon stand before it; then {@code #>} and expressions, each of which some line of the output must
 * fit, soon. {@code #!} is what kubectl must be told when it is refused.
 *
 * <pre>
 *   kubectl ── TLS, 127.0.0.1 ── the lab's API ── node-1 (asker), node-2      172.30.0.2, 172.30.0.3
 * </pre>
 */
class ManifestsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern VARIABLE = Pattern.compile("\\{(pod|service) ([a-z0-9-]+)\\}");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\\S+");
    private static final String ASKER = """
            apiVersion: v1
            kind: Pod
            metadata: {name: asker}
            spec:
              nodeName: node-1
              containers: [{name: shell, image: host, command: [sleep, "1000000"]}]
            """;

    @TempDir
    static Path home;

    private static TestLab lab;
    private static Kubectl kubectl;
    private static final Map<String, Ran> APPLIED = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException {
        List<String> programs = Kubectl.installed();
        assumeTrue(!programs.isEmpty(), "no kubectl on this machine");
        lab = TestLab.up(ASKER, "--ip-family", "dual");
        kubectl = Kubectl.of(programs.getFirst(), lab, home);
        for (String name : manifests().toList()) {
            kubectl.run("create", "namespace", name).ok();
            APPLIED.put(name, kubectl.withInput(text(name), List.of("apply", "-n", name, "-f", "-")));
        }
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    static Stream<String> manifests() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString().replace(".yaml", "")).sorted().toList().stream();
        }
    }

    private static Path directory() {
        return Path.of(System.getProperty("fairlead.home", ".."), "cli/src/test/resources/dev/fairlead/cli/manifests");
    }

    private static String text(String name) throws IOException {
        return Files.readString(directory().resolve(name + ".yaml"), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void doesWhatItSays(String name) throws IOException {
        Ran applied = applied(name);
        String command = "";
        List<String> wanted = new ArrayList<>();
        int seen = 0;
        for (String line : (text(name) + "#$ ").lines().toList()) {
            if (line.startsWith("#! ")) {
                assertThat(applied.exitCode()).isNotZero();
                assertThat(applied.err()).contains(line.substring(3));
                seen++;
            } else if (line.startsWith("#> ")) {
                wanted.add(line.substring(3));
            } else if (line.startsWith("#$ ")) {
                seen += command.isEmpty() ? 0 : 1;
                see(name, command, wanted);
                command = line.substring(3);
                wanted.clear();
            }
        }
        assertThat(seen).as("what can be seen of %s", name).isPositive();
    }

    private static void see(String name, String command, List<String> wanted) {
        if (command.isEmpty()) {
            return;
        }
        assertThat(applied(name).exitCode()).as(applied(name).toString()).isZero();
        assertThat(wanted).as("what %s should print", command).isNotEmpty();
        Ran[] last = new Ran[1];
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = run(name, filled(name, command));
                    List<String> lines = last[0].out().lines().toList();
                    return wanted.stream().allMatch(one -> lines.stream().anyMatch(fits(name, one)));
                },
                () -> "wanted " + wanted + "\n" + last[0] + "\n"
                        + kubectl.run("get", "pods,events", "-n", name).out());
    }

    private static Ran applied(String name) {
        return Objects.requireNonNull(APPLIED.get(name), name);
    }

    private static Predicate<String> fits(String name, String expression) {
        return Pattern.compile(filled(name, expression)).asPredicate();
    }

    /** With addresses in place of {@code {service NAME}} and {@code {pod NAME}}. */
    private static String filled(String namespace, String text) {
        return VARIABLE.matcher(text).replaceAll(found -> Matcher.quoteReplacement(address(namespace, found)));
    }

    private static String address(String namespace, MatchResult found) {
        String field = found.group(1).equals("pod") ? "{.status.podIP}" : "{.spec.clusterIP}";
        return kubectl.run("get", found.group(1), found.group(2), "-n", namespace, "-o", "jsonpath=" + field)
                .out();
    }

    private static Ran run(String namespace, String command) {
        List<String> words = new ArrayList<>();
        WORD.matcher(command)
                .results()
                .forEach(word -> words.add(word.group(1) == null ? word.group() : word.group(1)));
        String first = words.removeFirst();
        if (first.equals("kubectl")) {
            words.addAll(List.of("-n", namespace));
            return kubectl.withInput("", words);
        }
        Oracle.assumeInstalled(words.getFirst());
        String place = first.substring(0, first.length() - 1);
        List<String> arguments = new ArrayList<>(List.of(place));
        if (!place.equals("asker") && !place.startsWith("node/")) {
            arguments.addAll(List.of("-n", namespace));
        }
        arguments.add("--");
        arguments.addAll(words);
        return lab.lab("exec", arguments.toArray(String[]::new));
    }

    /** Their namespaces go with all that is in them, whatever state it is in, and nothing of the machine has changed. */
    @Test
    void allOfItGoes() {
        String name = "gone";
        kubectl.run("create", "namespace", name).ok();
        kubectl.withInput("""
                        {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{name: v, emptyDir: {}}],
                         initContainers: [{name: i, image: host, command: [sleep, "1000000"],
                           volumeMounts: [{name: v, mountPath: /no/such/directory}]}],
                         containers: [{name: c, image: fairlead/http}]}}
                        """, List.of("apply", "-n", name, "-f", "-")).ok();
        Poll.until(
                PATIENCE,
                () -> kubectl.run("get", "pods", "-n", name).out().contains("Init:0/1"),
                () -> kubectl.run("get", "pods", "-n", name).out());
        kubectl.run("delete", "namespace", name, "--timeout=60s").ok();
        assertThat(kubectl.run("get", "events", "-n", name).out()).isEmpty();
        assertThat(Path.of("/no")).doesNotExist();
    }
}
