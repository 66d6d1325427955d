package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * <pre>
 *   unshare ──fork──▶ PID 1 of a new PID namespace: pause
 *                       ▲ becomes the parent of
 *   nsenter ──▶ sh ──▶ sleep   (sh ends at once)
 * </pre>
 */
class PauseTest {

    private static final Path PAUSE = Program.BIN.resolve("pause");
    private static final Path SLEEP = Path.of("/bin/sleep");

    @Test
    void printsItsVersion() {
        Program.Ended ended = Program.run(Map.of(), new byte[0], PAUSE, "-v");

        assertThat(ended.out()).isEqualTo("pause " + Program.VERSION + "\n");
        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    @Test
    void leavesNoZombieOfAnOrphanThatEnds() {
        try (PidNamespace pod = PidNamespace.running(PAUSE)) {
            for (int round = 0; round < 3; round++) {
                ProcessHandle orphan = pod.orphan();
                orphan.destroyForcibly();
                Proc.await("the orphan is gone, not a zombie", () -> absent(orphan.pid()));
            }
            assertThat(pod.first().isAlive()).isTrue();
        }
    }

    /** The oracle of the test above: with a PID 1 that doesn't reap, the zombie is there and stays. */
    @Test
    void anotherFirstProcessDoesLeaveAZombie() {
        try (PidNamespace pod = PidNamespace.running(SLEEP, "300")) {
            ProcessHandle orphan = pod.orphan();
            orphan.destroyForcibly();
            Proc.await("a zombie", () -> Proc.stat(orphan.pid()).filter(Proc.Stat::zombie));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void endsWithStatusZeroAsPid1(String signal) {
        try (PidNamespace pod = PidNamespace.running(PAUSE)) {
            awaitAsleep(pod.first().pid());
            send(signal, pod.first().pid());
            assertThat(pod.awaitEnd()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void takesItsProcessesWithIt(String signal) {
        try (PidNamespace pod = PidNamespace.running(PAUSE)) {
            ProcessHandle orphan = pod.orphan();
            awaitAsleep(pod.first().pid());
            send(signal, pod.first().pid());
            assertThat(pod.awaitEnd()).isZero();
            Proc.await("the pod's process is gone too", () -> absent(orphan.pid()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "CHLD", "USR1"})
    void goesOnAfterAnyOtherSignal(String signal) {
        try (PidNamespace pod = PidNamespace.running(PAUSE)) {
            awaitAsleep(pod.first().pid());
            send(signal, pod.first().pid());
            send("STOP", pod.first().pid());
            Proc.await("stopped", () -> Proc.stat(pod.first().pid()).filter(stat -> stat.state() == 'T'));
            send("CONT", pod.first().pid());
            awaitAsleep(pod.first().pid());
            send("TERM", pod.first().pid());
            assertThat(pod.awaitEnd()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void warnsWhenItIsNotPid1AndStillWorks(String signal) throws Exception {
        Process pause = Program.start(Map.of(), PAUSE);
        try {
            String warning = pause.errorReader().readLine();
            assertThat(warning).contains("warning", "PID 1");
            awaitAsleep(pause.pid());
            send(signal, pause.pid());
            assertThat(Program.awaitEnd(pause)).isZero();
        } finally {
            pause.destroyForcibly();
        }
    }

    /** A shell starts its background jobs with SIGINT ignored (POSIX, "Asynchronous Lists"), and exec keeps that. */
    @Test
    void endsOnAnInterruptThatItsParentLeftIgnored() throws Exception {
        String script = "trap '' INT TERM; exec \"$0\"";
        Process pause = Program.start(Map.of(), Path.of("/bin/sh"), "-c", script, PAUSE.toString());
        try {
            assertThat(pause.errorReader().readLine()).contains("warning");
            awaitAsleep(pause.pid());
            send("INT", pause.pid());
            assertThat(Program.awaitEnd(pause)).isZero();
        } finally {
            pause.destroyForcibly();
        }
    }

    @Test
    void costsNextToNothing() {
        try (PidNamespace pod = PidNamespace.running(PAUSE)) {
            long pid = pod.first().pid();
            awaitAsleep(pid);
            String switches = Proc.status(pid, "voluntary_ctxt_switches");
            pod.orphan().destroyForcibly();

            assertThat(Integer.parseInt(Proc.status(pid, "VmRSS").replace(" kB", "")))
                    .as("resident kB")
                    .isLessThan(100);
            assertThat(Proc.stat(pid).orElseThrow().ticks())
                    .as("clock ticks used")
                    .isZero();
            Proc.await("no children left", () -> Proc.children(pid).isEmpty() ? Optional.of(pid) : Optional.empty());
            assertThat(Proc.status(pid, "voluntary_ctxt_switches"))
                    .as("times it was woken, after a child came and went")
                    .isEqualTo(switches);
        }
    }

    private static void awaitAsleep(long pid) {
        Proc.await("pid " + pid + " sleeps", () -> Proc.stat(pid).filter(stat -> stat.state() == 'S'));
    }

    private static Optional<Boolean> absent(long pid) {
        return Proc.stat(pid).isEmpty() ? Optional.of(true) : Optional.empty();
    }

    private static void send(String signal, long pid) {
        Program.Ended ended =
                Program.run(Map.of(), new byte[0], Path.of("/bin/kill"), "-" + signal, Long.toString(pid));
        assertThat(ended.status()).as("kill -%s: %s", signal, ended.err()).isZero();
    }
}
