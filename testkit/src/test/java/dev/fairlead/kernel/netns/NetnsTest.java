package dev.fairlead.kernel.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Namespaces, and the threads that enter them. */
@RealKernel
class NetnsTest {

    @Test
    void workRunsInsideOnAThreadOfItsOwnAndTheCallerStaysOutside(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        Thread caller = Thread.currentThread();
        long outside = Netns.inode(Path.of("/proc/thread-self/ns/net"));
        long inside = namespace.call(() -> {
            assertThat(Thread.currentThread()).isNotSameAs(caller);
            assertThat(Thread.currentThread().isVirtual()).isFalse();
            return Netns.inode(Path.of("/proc/thread-self/ns/net"));
        });
        assertThat(inside).isEqualTo(namespace.inode()).isNotEqualTo(outside);
        assertThat(Netns.inode(Path.of("/proc/thread-self/ns/net"))).isEqualTo(outside);
    }

    @Test
    void whatWorkThrowsIsThrownOn(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        IllegalArgumentException mine = new IllegalArgumentException("mine");
        assertThatThrownBy(() -> namespace.run(() -> {
                    throw mine;
                }))
                .isSameAs(mine);
        IOException checked = new IOException("checked");
        assertThatThrownBy(() -> namespace.call(() -> {
                    throw checked;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(checked);
        AssertionError error = new AssertionError("an error");
        assertThatThrownBy(() -> namespace.run(() -> {
                    throw error;
                }))
                .isSameAs(error);
    }

    @Test
    void anInterruptOfTheCallerIsKeptAndTheWorkIsDone(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        Thread.currentThread().interrupt();
        int result = namespace.call(() -> 42);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(result).isEqualTo(42);
    }

    @Test
    void aThreadThatWaitsTakesTheWorkAndOneThatIsMissingIsMade(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        long outside = Netns.inode(Path.of("/proc/thread-self/ns/net"));
        try (OwnThread.Spare spare = new OwnThread.Spare()) {
            assertThat(spareThreads()).isZero();
            assertThat(namespace.begin(spare, this::whereAndWho).await()).isEqualTo(namespace.inode() + " netns");
            spare.prepare();
            spare.prepare();
            assertThat(spareThreads())
                    .as("one waits, however often it is asked for")
                    .isEqualTo(1);
            assertThat(namespace.begin(spare, this::whereAndWho).await()).isEqualTo(namespace.inode() + " spare");
            assertThat(spareThreads()).isZero();
            IllegalArgumentException mine = new IllegalArgumentException("mine");
            spare.prepare();
            OwnThread.Begun<Boolean> failing = namespace.begin(spare, () -> {
                throw mine;
            });
            assertThatThrownBy(failing::await).isSameAs(mine);
            spare.prepare();
        }
        Poll.until(Duration.ofSeconds(10), () -> spareThreads() == 0, () -> spareThreads() + " threads still wait");
        assertThat(Netns.inode(Path.of("/proc/thread-self/ns/net"))).isEqualTo(outside);
    }

    private String whereAndWho() {
        String name = Thread.currentThread().getName();
        return Netns.inode(Path.of("/proc/thread-self/ns/net")) + " " + name.replaceAll("-\\d+$", "");
    }

    private static long spareThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("spare"))
                .count();
    }

    @Test
    void anIdentityIsTheInodesNumber(TestNamespaces namespaces) throws IOException {
        Netns namespace = namespaces.create();
        assertThat(namespace.inode())
                .isEqualTo(Files.getAttribute(namespace.fd().path(), "unix:ino"));
        assertThatThrownBy(() -> Netns.inode(Path.of("/no/such/namespace")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("could not read the identity of the namespace at /no/such/namespace")
                .rootCause()
                .hasMessageContaining("/no/such/namespace: ENOENT");
    }

    @Test
    void theSameNamespaceIsFoundByProcessAndByPath(TestNamespaces namespaces) throws IOException {
        String self = Files.readSymbolicLink(Path.of("/proc/self")).toString();
        Assumptions.assumeTrue(
                self.equals(Long.toString(ProcessHandle.current().pid())), "/proc shows another PID namespace");
        Netns namespace = namespaces.create();
        try (RunningProgram program = Oracle.in(namespace).start("sh", "-c", "echo inside; exec sleep 60")) {
            String line = program.await("inside", Duration.ofSeconds(5));
            assertThat(line).isEqualTo("inside");
            try (Netns ofProcess = Netns.ofProcess(program.pid());
                    Netns byPath = Netns.open(namespace.fd().path())) {
                assertThat(ofProcess.inode()).isEqualTo(namespace.inode());
                assertThat(byPath.inode()).isEqualTo(namespace.inode());
            }
        }
    }

    @Test
    void whatIsNoNamespaceIsRefused() {
        assertThatThrownBy(() -> Netns.open(Path.of("/no/such/namespace")))
                .isInstanceOfSatisfying(
                        SyscallException.class, e -> assertThat(e.isNotFound()).isTrue())
                .hasMessageContaining("/no/such/namespace");
        try (Netns file = Netns.open(Path.of("/proc/self/status"))) {
            assertThatThrownBy(() -> file.run(() -> {}))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("enter the network namespace")
                    .hasMessageContaining("setns was refused with EINVAL");
        }
    }

    @Test
    void aClosedHandleIsNeverUsedAgain() {
        Netns namespace = Netns.create();
        namespace.close();
        namespace.close();
        assertThatThrownBy(() -> namespace.run(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has been closed");
    }

    @Test
    void aDescriptorIsClosedOnceAndItsNumberIsFree() {
        Fd first = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
        int number = first.number();
        assertThat(Linux.raw(Linux.Call.FCNTL, number, 1 /* F_GETFD */, 0)).isEqualTo(1 /* FD_CLOEXEC */);
        first.close();
        assertThat(Linux.raw(Linux.Call.FCNTL, number, 1, 0)).isEqualTo(-9 /* EBADF */);
        first.close();
        assertThat(first.isOpen()).isFalse();
        assertThatThrownBy(first::number).isInstanceOf(IllegalStateException.class);
    }
}
