package dev.fairlead.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.testkit.FdLeaks;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs that are started, those that are waited for on one thread above all. */
@RealKernel
class SpawnTest {
    private static final Path SHELL = Path.of("/bin/sh");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The thread that waits for other children, and its pipe, last as long as the JVM. */
    @BeforeAll
    static void startTheFirstChild() {
        assertThat(Spawn.of(Path.of("/bin/true"), List.of()).run(PATIENCE)).contains(0);
    }

    private static Spawn shell(String script) {
        return Spawn.of(SHELL, List.of("-c", script));
    }

    @Test
    void itsExitCodeIsKnownHoweverItEnds() {
        FdLeaks leaks = FdLeaks.watch();
        assertThat(shell("exit 7").run(PATIENCE)).contains(7);
        assertThat(shell("kill -TERM $$").run(PATIENCE)).contains(128 + Child.SIGTERM);
        leaks.assertNone();
    }

    @Test
    void whoeverLearnsOfItsEndFindsItsDescriptorClosed() {
        FdLeaks leaks = FdLeaks.watch();
        for (int i = 0; i < 300; i++) {
            Child child = shell("exit 3").start();
            child.close();
            assertThat(child.await(PATIENCE)).contains(3);
            leaks.assertNone();
        }
    }

    @Test
    void itReadsAndWritesWhatItIsGiven() {
        try (Fd input = Fd.memory("input");
                Fd output = Fd.memory("output");
                Fd error = Fd.memory("error")) {
            byte[] text = "x".repeat(10_000).getBytes(StandardCharsets.UTF_8);
            input.fill(text);
            assertThat(shell("/bin/cat; echo bad >&2")
                            .withStreams(input, output, error)
                            .run(PATIENCE))
                    .contains(0);
            assertThat(output.content()).isEqualTo(text);
            assertThat(new String(error.content(), StandardCharsets.UTF_8)).isEqualTo("bad\n");
        }
    }

    @Test
    void itRunsInTheNamespaceItIsSentTo(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR);
                Fd output = Fd.memory("output")) {
            Spawn where = Spawn.of(Path.of("/bin/readlink"), List.of("/proc/self/ns/net"))
                    .withStreams(nothing, output, nothing);
            assertThat(where.withBefore(new Setup.Join(node.fd(), Setup.NET)).run(PATIENCE))
                    .contains(0);
            assertThat(new String(output.content(), StandardCharsets.UTF_8).strip())
                    .isEqualTo(node.toString());
        }
    }

    @Test
    void whatTakesTooLongIsEndedWithItsChildren() {
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR);
                Fd output = Fd.memory("output")) {
            assertThat(shell("/bin/sleep 60 & echo $!; wait")
                            .withStreams(nothing, output, nothing)
                            .withSession()
                            .run(Duration.ofSeconds(3)))
                    .isEmpty();
            String child = new String(output.content(), StandardCharsets.UTF_8).strip();
            assertThat(child).isNotEmpty();
            Path comm = Path.of("/proc", child, "comm");
            Poll.until(PATIENCE, () -> !Files.exists(comm), () -> comm + " is still there");
        }
    }

    @Test
    void whatCannotBeRunIsRefusedByName() {
        assertThatThrownBy(
                        () -> Spawn.of(Path.of("/no/such/program"), List.of()).run(PATIENCE))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("/no/such/program");
    }
}
