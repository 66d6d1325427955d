package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The descriptor of the pod's network namespace, as a C program sees it arrive ({@code catch-fd}), because Java can't
 * receive descriptors.
 */
class ShimNetnsTest {

    private static final Path CATCH_FD = Program.TEST_BIN.resolve("catch-fd");

    @TempDir
    private Path dir;

    @Test
    void theNetworkNamespaceOfAPodTravels() throws IOException {
        try (PidNamespace pod = PidNamespace.running(Program.BIN.resolve("pause"))) {
            Path netns = Path.of("/proc/" + pod.first().pid() + "/ns/net");
            assertThat(caught(netns.toString())).containsExactly("descriptors 1", sameFile(netns), "at byte 0");
            assertThat(Files.getAttribute(netns, "unix:ino"))
                    .isNotEqualTo(Files.getAttribute(Path.of("/proc/self/ns/net"), "unix:ino"));
        }
    }

    @Test
    void soDoesAPathWithSpacesBehindALink() throws IOException {
        Path file = Files.createFile(dir.resolve("a netns"));
        Path link = Files.createSymbolicLink(dir.resolve("link"), file);
        assertThat(caught(link.toString())).containsExactly("descriptors 1", sameFile(file), "at byte 0");
    }

    /** A DEL may come when the namespace is gone, and must still reach the agent (specification, "DEL"). */
    @ParameterizedTest
    @ValueSource(strings = {"", "/nonexistent/ns/net", "dummy"})
    void whatCanNotBeOpenedDoesNotStopTheCall(String netns) throws IOException {
        assertThat(caught(netns)).isEmpty();
    }

    @Test
    void aFifoDoesNotStopTheCallEither() throws IOException {
        Path fifo = dir.resolve("fifo");
        assertThat(Program.run(Map.of(), new byte[0], Path.of("/usr/bin/mkfifo"), fifo.toString())
                        .status())
                .isZero();
        assertThat(caught(fifo.toString())).contains(sameFile(fifo));
    }

    /** A question that takes many sends carries one descriptor, with the first. */
    @Test
    void megabytesOfConfigurationCarryItOnce() throws IOException {
        Path file = Files.createFile(dir.resolve("netns"));
        assertThat(caught(file.toString(), " ".repeat(3 << 20)))
                .containsExactly("descriptors 1", sameFile(file), "at byte 0");
    }

    private List<String> caught(String netns) throws IOException {
        return caught(netns, "");
    }

    /** What the C program says about the descriptors that came with one call. */
    private List<String> caught(String netns, String more) throws IOException {
        Path socket = dir.resolve("s");
        Process agent = Program.start(Map.of(), CATCH_FD, socket.toString());
        try (BufferedReader said = agent.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            Map<String, String> environment = Shim.environment("DEL");
            environment.put("CNI_NETNS", netns);
            byte[] configuration = (Shim.configuration(socket) + more).getBytes(StandardCharsets.UTF_8);
            Program.Ended ended = Program.run(environment, configuration, Shim.RELEASED);

            assertThat(ended.status()).as(ended.out()).isZero();
            assertThat(Program.awaitEnd(agent)).isZero();
            return said.readAllLines();
        } finally {
            agent.destroyForcibly();
        }
    }

    /** Opened for reading: O_RDONLY is 0, and O_PATH, which setns(2) doesn't take, isn't in the flags. */
    private static String sameFile(Path file) throws IOException {
        return "descriptor %s:%s flags 0"
                .formatted(Files.getAttribute(file, "unix:dev"), Files.getAttribute(file, "unix:ino"));
    }
}
