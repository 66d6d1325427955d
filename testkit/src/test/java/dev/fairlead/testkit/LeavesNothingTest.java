package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The proof that nothing was left behind fails when something was. */
@RealKernel
class LeavesNothingTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void anOpenDescriptorIsFoundWithItsPlace(TestNamespaces namespaces) {
        FdLeaks leaks = FdLeaks.watch();
        Netns namespace = namespaces.create();
        try (Fd forgotten = namespace.fd().duplicate()) {
            assertThat(leaks.report()).contains("never closed: " + forgotten).contains("LeavesNothingTest");
            assertThatThrownBy(leaks::assertNone).isInstanceOf(AssertionError.class);
        }
        namespace.close();
        leaks.assertNone();
    }

    @Test
    void anOpenNamespaceIsFound() {
        HostSnapshot before = HostSnapshot.captureJvm();
        try (Netns namespace = Netns.create()) {
            assertThatThrownBy(() -> before.assertUnchanged(SHORT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("+ descriptor " + namespace);
        }
        before.assertUnchanged(Duration.ofSeconds(5));
    }

    @Test
    void aThreadInAForeignNamespaceIsFound(TestNamespaces namespaces) throws InterruptedException {
        HostSnapshot before = HostSnapshot.captureJvm();
        Netns namespace = namespaces.create();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().start(() -> {
            namespace.enter();
            inside.countDown();
            try {
                leave.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        inside.await();
        assertThatThrownBy(() -> before.assertUnchanged(SHORT)).hasMessageContaining("+ namespace " + namespace);
        leave.countDown();
        thread.join();
        namespace.close();
        before.assertUnchanged(Duration.ofSeconds(5));
    }

    @Test
    void aChildProcessIsFound(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        HostSnapshot before = HostSnapshot.captureJvm();
        try (RunningProgram program = Oracle.in(namespace).start("sleep", "61.7")) {
            assertThatThrownBy(() -> before.assertUnchanged(SHORT))
                    .hasMessageContaining("+ process ")
                    .hasMessageContaining("sleep 61.7");
            assertThat(program.lines()).isEmpty();
        }
        before.assertUnchanged(Duration.ofSeconds(5));
    }

    @Test
    void aFileIsFound() throws IOException {
        HostSnapshot before = HostSnapshot.capture();
        Path file = Files.createTempFile("fairlead-leak", ".test");
        try {
            assertThat(before.difference(HostSnapshot.capture())).contains("+ file " + file);
        } finally {
            Files.delete(file);
        }
        assertThat(before.difference(HostSnapshot.capture())).doesNotContain("+ file " + file);
    }

    @Test
    void anOracleRunsInsideAndItsOutputIsRead(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        Oracle oracle = Oracle.in(namespace);
        assertThat(oracle.run("readlink", "/proc/self/ns/net").strip()).isEqualTo(namespace.toString());
        assertThat(oracle.ip("link", "show").get(0).path("ifname").asText()).isEqualTo("lo");
        assertThat(oracle.ip("route", "show")).isEmpty();
        assertThatThrownBy(() -> oracle.run("ip", "link", "show", "nosuch"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("nosuch");
    }

    @Test
    void pollingEndsWithTheLastState() {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> Poll.until(
                        Duration.ofMillis(500),
                        () -> asked.incrementAndGet() < 0,
                        () -> "asked " + asked.get() + " times"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("asked " + asked.get() + " times");
        assertThat(asked.get()).isGreaterThan(2);
        assertThat(Poll.value(SHORT, () -> Optional.of("at once"), () -> "")).isEqualTo("at once");
    }
}
