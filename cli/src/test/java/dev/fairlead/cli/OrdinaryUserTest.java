package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user without any rights gets, for who runs the tests as root: the user of number 65534 and a copy of the runtime,
 * since that user may not look into root's checkout. Others run all tests as what they are, and skip this.
 */
@HostUnchanged
class OrdinaryUserTest {
    private static final String NAME = TestLab.freshName();
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              containers:
              - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
              - {name: shell, image: host, command: [sleep, infinity]}
            """;

    @TempDir
    static Path home;

    @BeforeAll
    static void copyTheRuntime() throws IOException {
        assumeTrue(TestLab.isRoot(), "only root can become another user, and this user is an ordinary one");
        assumeTrue(Files.exists(Started.HOME.resolve(".fairlead/current")), "no build to test");
        String build =
                Files.readAllLines(Started.HOME.resolve(".fairlead/current")).getFirst();
        for (String part : List.of(
                "fairlead",
                "launcher",
                "native/target/bin",
                ".fairlead/current",
                ".fairlead/" + build + "/lib",
                ".fairlead/" + build + "/stamp")) {
            copy(part);
        }
        assertThat(home.toFile().setExecutable(true, false)).isTrue(); // JUnit makes it for its own user alone
        assertThat(home.toFile().setReadable(true, false)).isTrue();
    }

    private static void copy(String part) throws IOException {
        try (Stream<Path> files = Files.walk(Started.HOME.resolve(part))) {
            for (Path file : files.toList()) {
                Path copy = home.resolve(Started.HOME.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private static Ran fairlead(String stdin, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"));
        command.add(home.resolve("fairlead").toString());
        command.addAll(List.of(arguments));
        return Ran.program(Map.of("HOME", "/nonexistent"), stdin, command);
    }

    @Test
    void theDemoProvesItsTenRows() throws IOException {
        JsonNode rows =
                new ObjectMapper().readTree(fairlead("", "demo", "--json").ok()).path("rows");
        assertThat(rows)
                .hasSize(10)
                .allSatisfy(row -> assertThat(row.path("ok").asBoolean())
                        .as(row.toPrettyString())
                        .isTrue());
    }

    @Test
    void aLabFromItsBeginningToItsEnd() throws IOException {
        assertThat(fairlead(POD, "lab", "up", "--name", NAME, "-f", "-").ok()).contains("2 of 2 pods ready");
        Traces traces;
        try {
            JsonNode status = new ObjectMapper()
                    .readTree(fairlead("", "lab", "status", "--json", "--name", NAME)
                            .ok());
            traces = Traces.of(status.path("pid").asLong());
            assertThat(traces.namespaces()).hasSizeGreaterThan(4 * 3);
            assertThat(exec("id", "-u").ok()).isEqualTo("0\n");
            assertThat(exec("curl", "-sS", "-m", "3", "http://127.0.0.1:8080/hostname")
                            .ok())
                    .isEqualTo("client");
            // Root in there, and no more than before outside: the machine's own files are still root's.
            assertThat(exec("sh", "-c", "echo x >/etc/fairlead-test").err()).contains("Permission denied");
            // A raw socket of the pod's namespace, which is this user's own.
            assertThat(fairlead("", "trace", "client", "node/node-2", "--proto", "icmp", "--name", NAME)
                            .ok())
                    .contains("ICMP echo, real packet, answered in ")
                    .contains("prediction agrees");
            // Another user's lab of the same name is another lab.
            assertThat(Ran.fairlead("lab", "list").lines()).doesNotContain(NAME);
        } finally {
            assertThat(fairlead("", "lab", "down", "--name", NAME).ok()).isEqualTo("lab '" + NAME + "' is down\n");
        }
        traces.assertGone();
    }

    private static Ran exec(String... command) {
        List<String> arguments = new ArrayList<>(List.of("lab", "exec", "--name", NAME, "client", "--"));
        arguments.addAll(List.of(command));
        return fairlead("", arguments.toArray(String[]::new));
    }
}
