package dev.fairlead.cli;

import static dev.fairlead.cli.Started.eventually;
import static dev.fairlead.cli.Started.fairlead;
import static dev.fairlead.cli.Started.members;
import static dev.fairlead.cli.Started.signal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * However a lab ends, nothing of it is left: neither its JVM nor any process in its PID namespace.
 *
 * <pre>
 *   this test ── ./fairlead (inside.sh) ── java, PID 1 of the namespace ── sleep
 * </pre>
 */
class EndingTest {
    /** A JVM of the launcher's with a child, both in a PID namespace of their own. */
    private record Held(long jvm, String pidNamespace) {
        static Held by(Started started) throws IOException {
            long jvm = Long.parseLong(started.line().replace("hostPid=", ""));
            Held held = new Held(jvm, Started.namespace("pid", jvm));
            assertThat(held.pidNamespace())
                    .isNotEqualTo(
                            Started.namespace("pid", ProcessHandle.current().pid()));
            assertThat(members(held.pidNamespace())).hasSize(2).contains(jvm);
            return held;
        }

        void assertGone() {
            eventually(
                    "no process in " + pidNamespace, () -> members(pidNamespace).isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130", "HUP,143", "KILL,137"})
    void aSignalToTheLauncherEndsAll(String signal, int exitCode) throws Exception {
        assumeNotIgnored(signal);
        try (Started launcher = fairlead("__hold")) {
            Held held = Held.by(launcher);
            signal(signal, launcher.pid());
            assertThat(launcher.exitCode()).as(launcher.err()).isEqualTo(exitCode);
            held.assertGone();
        }
    }

    @Test
    void killingTheJvmEndsAll() throws Exception {
        try (Started launcher = fairlead("__hold")) {
            Held held = Held.by(launcher);
            signal("KILL", held.jvm());
            assertThat(launcher.exitCode()).isEqualTo(137);
            held.assertGone();
        }
    }

    @Test
    void theExitCodeIsTheJvms() throws Exception {
        try (Started launcher = fairlead("__hold", "--halt", "3")) {
            assertThat(launcher.exitCode()).isEqualTo(3);
        }
    }

    /** A background process of a shell ignores SIGINT, and so would every command of every pod. */
    @Test
    void noProcessBeginsWithSigintIgnored() throws Exception {
        try (Started launcher = fairlead("__hold")) {
            Held held = Held.by(launcher);
            for (long pid : members(held.pidNamespace())) {
                assertThat(ignored(pid) & (bit(2) | bit(3)))
                        .as("SIGINT and SIGQUIT of process %d", pid)
                        .isZero();
            }
        }
    }

    @Test
    void aDetachedLabOutlivesItsLauncherInASessionOfItsOwn() throws Exception {
        try (Started launcher = fairlead("__detached", "__hold", "--answer", "0")) {
            Held held = Held.by(launcher);
            assertThat(launcher.exitCode()).as(launcher.err()).isZero();
            assertThat(members(held.pidNamespace())).hasSize(2);
            assertThat(session(held.jvm()))
                    .isNotEqualTo(session(ProcessHandle.current().pid()));
            signal("KILL", held.jvm());
            held.assertGone();
        }
    }

    @Test
    void aDetachedLabsAnswerIsTheExitCode() throws Exception {
        try (Started launcher = fairlead("__detached", "__hold", "--answer", "7")) {
            Held held = Held.by(launcher);
            assertThat(launcher.exitCode()).isEqualTo(7);
            signal("TERM", held.jvm());
            held.assertGone();
        }
    }

    @Test
    void aDetachedLabThatDiesBeforeItsAnswerIsToldInASentence() throws Exception {
        try (Started launcher = fairlead("__detached", "__hold", "--halt", "0")) {
            assertThat(launcher.exitCode()).isEqualTo(1);
            assertThat(launcher.err()).isEqualTo("fairlead: the lab ended before it was up\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130", "HUP,129"})
    void aSignalBeforeTheAnswerEndsTheDetachedLab(String signal, int exitCode) throws Exception {
        assumeNotIgnored(signal);
        try (Started launcher = fairlead("__detached", "__hold")) {
            Held held = Held.by(launcher);
            signal(signal, launcher.pid());
            assertThat(launcher.exitCode()).isEqualTo(exitCode);
            held.assertGone();
        }
    }

    /** What is ignored where a shell starts, it can't be told to heed. */
    private static void assumeNotIgnored(String signal) throws IOException {
        boolean hangUp =
                signal.equals("HUP") && (ignored(ProcessHandle.current().pid()) & bit(1)) != 0;
        assumeFalse(hangUp, "SIGHUP is ignored here, as under nohup");
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    private static long ignored(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("SigIgn:\t")) {
                return Long.parseUnsignedLong(line.substring("SigIgn:\t".length()), 16);
            }
        }
        throw new AssertionError("no SigIgn in the status of process " + pid);
    }

    /** Field 6 of {@code /proc/PID/stat}, after the name in parentheses (proc(5)). */
    private static long session(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3]);
    }
}
