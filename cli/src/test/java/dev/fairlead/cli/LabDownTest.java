package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab down} when something else happens at the same time: what was asked for is that the lab is gone. */
@HostUnchanged
class LabDownTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Its answer may come late or never: a stopped process stands for one that is too busy ending to write it. */
    @Test
    void aLabThatEndsBeforeItAnswersIsDown() throws Exception {
        try (TestLab lab = TestLab.up("", "--nodes", "1")) {
            long pid = lab.pid();
            Started.signal("STOP", pid);
            try (Started down = Started.fairlead("lab", "down", "--name", lab.name())) {
                Poll.until(PATIENCE, () -> sockets(lab.name()) > 1, () -> "lab down has not connected");
                Started.signal("KILL", pid);
                assertThat(down.lines()).containsExactly("lab '" + lab.name() + "' is down");
                assertThat(down.exitCode()).as(down.err()).isZero();
            }
        }
    }

    /** The door's own socket and one for each caller, all under its abstract name. */
    private static long sockets(String lab) {
        try {
            return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                    .filter(line -> line.contains(" @fairlead/") && line.endsWith("/" + lab))
                    .count();
        } catch (IOException e) {
            throw new AssertionError("reading /proc/net/unix", e);
        }
    }

    /** Nobody waits for a plugin that hangs, neither who starts the lab nor who ends it. */
    @Test
    void aLabThatIsStillComingUpGoesDownAtOnce(@TempDir Path directory) throws Exception {
        Path plugin = Files.writeString(directory.resolve("hangs"), "#!/bin/sh\nexec sleep 1000000\n");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path conf = Files.writeString(
                directory.resolve("hangs.conflist"),
                "{\"cniVersion\": \"1.0.0\", \"name\": \"h\", \"plugins\": [{\"type\": \"hangs\"}]}");
        Path pod = Files.writeString(directory.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata: {name: web}
                spec: {containers: [{name: main, image: fairlead/http}]}
                """);
        String name = TestLab.freshName();
        try (Started up = Started.fairlead(
                "lab",
                "up",
                "--name",
                name,
                "--cni-conf",
                conf.toString(),
                "--cni-bin",
                directory.toString(),
                "-f",
                pod.toString())) {
            Poll.until(PATIENCE, () -> sockets(name) > 0, () -> "the lab has not opened its door");
            long began = System.nanoTime();
            Ran down = Ran.fairlead("lab", "down", "--name", name);
            assertThat(down.ok()).isEqualTo("lab '" + name + "' is down\n");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("less than the 30 s that a plugin gets")
                    .isLessThan(Duration.ofSeconds(20));
            assertThat(up.exitCode()).isEqualTo(1);
            assertThat(up.err()).isEqualTo("fairlead: lab '" + name + "' was taken down before its pods answered\n");
        }
        assertThat(Ran.fairlead(Map.of(), "", java.util.List.of("lab", "list")).ok())
                .doesNotContain(name);
    }
}
