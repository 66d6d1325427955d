package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What wrong input gets from a lab: one sentence, the right exit code, and a running cluster that is as it was. */
class LabRefusalTest {
    private static final String NAME = "refusal-" + ProcessHandle.current().pid();

    @TempDir
    static Path directory;

    /** What {@code ./fairlead} said to its end. */
    private record Said(int exitCode, List<String> out, String err) {}

    private static Said fairlead(String... arguments) throws IOException, InterruptedException {
        try (Started started = Started.fairlead(arguments)) {
            List<String> out = started.lines();
            return new Said(started.exitCode(), out, started.err());
        }
    }

    @BeforeAll
    static void up() throws IOException, InterruptedException {
        Path web = manifest("web.yaml", pod("web", "image: fairlead/http", ""));
        Said said = fairlead("lab", "up", "--name", NAME, "-f", web.toString());
        assertThat(said.exitCode()).as(said.err()).isZero();
    }

    @AfterAll
    static void down() throws IOException, InterruptedException {
        assertThat(fairlead("lab", "down", "--name", NAME).exitCode()).isZero();
    }

    private static Path manifest(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String pod(String name, String image, String more) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  containers:
                  - {name: main, %s}
                %s
                """.formatted(name, image, more);
    }

    private static String status() throws IOException, InterruptedException {
        Said said = fairlead("lab", "status", "--json", "--name", NAME);
        assertThat(said.exitCode()).as(said.err()).isZero();
        return String.join("\n", said.out());
    }

    /** Refused with exit code 1 and one sentence, and the cluster is as it was. */
    private static void refused(Said said, String... words) {
        assertThat(said.exitCode()).as(said.err()).isEqualTo(1);
        assertThat(said.err()).startsWith("fairlead: ").contains(words);
        assertThat(said.err().strip().lines()).as("one sentence").hasSize(1);
        assertThat(said.out()).isEmpty();
    }

    private void applyIsRefused(String file, String text, String... words) throws IOException, InterruptedException {
        String before = status();
        Path path = manifest(file, text);
        refused(fairlead("lab", "apply", "--name", NAME, "-f", path.toString()), words);
        assertThat(status()).isEqualTo(before);
    }

    @Test
    void wrongManifestsNameFileObjectAndField() throws IOException, InterruptedException {
        applyIsRefused(
                "image.yaml",
                pod("x", "image: nginx", ""),
                "image.yaml: Pod default/x: spec.containers[0].image",
                "host",
                "fairlead/http",
                "fairlead/echo",
                "fairlead/client");
        applyIsRefused("field.yaml", pod("x", "imagee: host", ""), "spec.containers[0].imagee", "did you mean 'image'");
        applyIsRefused(
                "port.yaml",
                pod("x", "image: fairlead/http, ports: [{containerPort: 70000}]", ""),
                "spec.containers[0].ports[0].containerPort",
                "70000");
        applyIsRefused(
                "command.yaml",
                pod("x", "image: host, command: [no-such-program-here]", ""),
                "spec.containers[0].command[0]",
                "no-such-program-here");
        applyIsRefused("kind.yaml", pod("x", "image: host", "").replace("kind: Pod", "kind: Bod"), "kind.yaml", "Bod");
        String one = pod("twice", "image: fairlead/http", "");
        applyIsRefused("twice.yaml", one + "---\n" + one, "twice.yaml", "twice");
    }

    @Test
    void aSecondLabOfOneNameIsRefused() throws IOException, InterruptedException {
        String before = status();
        refused(fairlead("lab", "up", "--name", NAME), NAME, "already up");
        assertThat(status()).isEqualTo(before);
    }

    @Test
    void overlappingPrefixesAreRefused() throws IOException, InterruptedException {
        refused(
                fairlead("lab", "up", "--name", NAME + "-b", "--pod-cidr", "10.96.0.0/12"),
                "--pod-cidr 10.96.0.0/12",
                "--service-cidr 10.96.0.0/16",
                "overlap");
    }

    @Test
    void execOnAPodThatIsNotThere() throws IOException, InterruptedException {
        refused(fairlead("lab", "exec", "--name", NAME, "nobody", "--", "true"), "there is no pod default/nobody");
    }

    @Test
    void aLabThatIsNotUpSaysHowToStartOne() throws IOException, InterruptedException {
        refused(fairlead("lab", "status", "--name", NAME + "-none"), "no lab named", NAME + "-none");
    }

    @Test
    void usageErrorsGetExitCodeTwo() throws IOException, InterruptedException {
        for (String[] wrong : new String[][] {
            {"lab"},
            {"lab", "upp"},
            {"lab", "up", "--nodes", "many"},
            {"lab", "apply", "--name", NAME},
            {"lab", "up", "--name", "A B"}
        }) {
            Said said = fairlead(wrong);
            assertThat(said.exitCode()).as(String.join(" ", wrong)).isEqualTo(2);
            assertThat(said.err()).startsWith("fairlead: ");
        }
    }

    @Test
    void aConfigurationListThatIsNotJson() throws IOException, InterruptedException {
        Path conf = manifest("net.conflist", "{\"cniVersion\": \"1.0.0\", nonsense");
        refused(
                fairlead(
                        "lab",
                        "up",
                        "--name",
                        NAME + "-c",
                        "--cni-conf",
                        conf.toString(),
                        "--cni-bin",
                        directory.toString()),
                "net.conflist",
                "line 1");
    }

    // ---- plugins that go wrong: the lab is up, the pod isn't, and the sentence names pod, plugin and network

    /** {@code lab up} with a plugin made of a shell script, and {@code lab down} right after it. */
    private static String upWithPlugin(String name, String script) throws IOException {
        Path plugin = manifest(name, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path conf = manifest(
                name + ".conflist",
                "{\"cniVersion\": \"1.0.0\", \"name\": \"other\", \"plugins\": [{\"type\": \"" + name + "\"}]}");
        String lab = TestLab.freshName();
        Ran up = Ran.fairlead(
                Map.of("FAIRLEAD_JVM_OPTIONS", "-Dfairlead.cni.seconds=1"),
                pod("web", "image: fairlead/http", ""),
                List.of(
                        "lab",
                        "up",
                        "--name",
                        lab,
                        "--nodes",
                        "1",
                        "--cni-conf",
                        conf.toString(),
                        "--cni-bin",
                        directory.toString(),
                        "-f",
                        "-"));
        try (TestLab running = TestLab.running(lab)) {
            assertThat(up.exitCode()).as(up.toString()).isEqualTo(1);
            assertThat(up.err())
                    .startsWith("fairlead: pod default/web is not ready: ")
                    .hasLineCount(1);
            assertThat(running.name()).isEqualTo(lab);
        }
        return up.err();
    }

    @Test
    void aPluginThatPrintsRubbish() throws IOException {
        assertThat(upWithPlugin("rubbish", "echo this is no result"))
                .contains(
                        "plugin 'rubbish' (" + directory.resolve("rubbish") + ")",
                        "network 'other'",
                        "line 1, column 1")
                .contains("it printed 'this is no result'");
    }

    @Test
    void aPluginThatHangs() throws IOException {
        assertThat(upWithPlugin("hangs", "exec sleep 1000000"))
                .contains("plugin 'hangs' (" + directory.resolve("hangs") + ")", "network 'other'")
                .contains("didn't answer ADD", "within 1 s and was ended");
    }

    @Test
    void aPluginThatIsNotThere() throws IOException, InterruptedException {
        Path conf = manifest(
                "gone.conflist", "{\"cniVersion\": \"1.0.0\", \"name\": \"g\", \"plugins\": [{\"type\": \"gone\"}]}");
        String lab = TestLab.freshName();
        refused(
                fairlead("lab", "up", "--name", lab, "--cni-conf", conf.toString(), "--cni-bin", directory.toString()),
                "gone.conflist names plugin 'gone'",
                "and " + directory + " has no such program");
    }

    /** The only addresses go to the first pod and the name server, which keep them and go on answering. */
    @Test
    void noFreeAddress() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/lib/cni/ptp")), "containernetworking-plugins is not installed");
        Path conf = manifest("small.conflist", """
                {"cniVersion": "1.0.0", "name": "small", "plugins": [{"type": "ptp", "ipam": {"type": "host-local",
                "ranges": [[{"subnet": "10.9.0.0/24", "rangeStart": "10.9.0.2", "rangeEnd": "10.9.0.3"}]]}}]}""");
        try (TestLab lab = TestLab.up(
                pod("first", "image: fairlead/http", ""),
                "--nodes",
                "1",
                "--cni-conf",
                conf.toString(),
                "--cni-bin",
                "/usr/lib/cni")) {
            assertThat(lab.labWithInput(pod("second", "image: fairlead/http", ""), "apply", "-f", "-")
                            .ok())
                    .contains("pod/second created");
            var second = TestLab.named(
                    lab.await(status -> !TestLab.named(status.path("pods"), "second")
                                    .path("reason")
                                    .asText()
                                    .isEmpty())
                            .path("pods"),
                    "second");
            assertThat(second.path("reason").asText())
                    .contains(
                            "the network could not be attached",
                            "no IP addresses available in range set: 10.9.0.2-10.9.0.3");
            assertThat(lab.lab("status").ok()).contains("default/second: the network could not be attached");
            String ip = lab.podIp("first");
            assertThat(ip).isIn("10.9.0.2", "10.9.0.3");
            assertThat(lab.get("first", "http://" + ip + "/hostname")).isEqualTo("first");
        }
    }
}
