package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./fairlead} as a user starts it, judged by the host's {@code /proc}. */
class LauncherTest {
    private static final Map<String, String> NO_BUILD = Map.of("FAIRLEAD_NO_BUILD", "1");

    @Test
    void printsOneLineForTheVersion() throws Exception {
        try (Started version = Started.fairlead("--version")) {
            assertThat(version.lines()).singleElement().asString().startsWith("fairlead 0.1.0 (Java 2");
            assertThat(version.exitCode()).isZero();
            assertThat(version.err()).isEmpty();
        }
    }

    /** The width that the kernel keeps for the terminal; shells don't hand it on as a variable. */
    @Test
    void knowsTheWidthOfItsTerminal() throws Exception {
        Oracle.assumeInstalled("script");
        String onTerminal = "stty -F /dev/tty cols 111; " + Started.HOME.resolve("fairlead") + " --version";
        Map<String, String> environment =
                Map.of("FAIRLEAD_NO_BUILD", "1", "FAIRLEAD_JVM_OPTIONS", "-XshowSettings:properties");
        try (Started version = Started.command(
                environment, List.of("env", "-u", "COLUMNS", "script", "-qec", onTerminal, "/dev/null"))) {
            assertThat(version.lines()).anySatisfy(line -> assertThat(line).contains("fairlead.columns = 111"));
        }
    }

    @Test
    void startsThroughASymbolicLinkFromAnyDirectory(@TempDir Path directory) throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("fl"), Started.HOME.resolve("fairlead"));
        try (Started version = Started.program(directory, NO_BUILD, List.of(link.toString(), "version"))) {
            assertThat(version.lines()).singleElement().asString().startsWith("fairlead 0.1.0");
            assertThat(version.exitCode()).isZero();
        }
    }

    @Test
    void refusesAnUnknownCommandInOneSentence() throws Exception {
        try (Started unknown = Started.fairlead("docter")) {
            assertThat(unknown.exitCode()).isEqualTo(2);
            assertThat(unknown.err())
                    .isEqualTo("fairlead: `fairlead` has no command 'docter', but it has 'doctor'; see"
                            + " `fairlead --help`\n");
        }
    }

    @Test
    void givesTheLabItsOwnNamespacesAndTheCallersNetwork() throws Exception {
        try (Started where = Started.fairlead("__where")) {
            Map<String, String> seen = where(where);
            assertThat(where.exitCode()).as(where.err()).isZero();
            long us = ProcessHandle.current().pid();
            assertThat(seen).containsEntry("made", "user,mount,pid").containsEntry("self", "1");
            assertThat(seen).containsEntry("net", Started.namespace("net", us));
            for (String kind : List.of("user", "mnt", "pid")) {
                assertThat(seen.get(kind)).isNotEqualTo(Started.namespace(kind, us));
            }
            assertThat(Long.parseLong(seen.get("hostPid"))).isPositive().isNotIn(1L, where.pid());
        }
    }

    @Test
    void leavesOutTheUserNamespaceWhereItIsForbiddenAndTheUserIsRoot() throws Exception {
        assumeTrue(TestLab.isRoot(), "not root");
        try (Started where = withEnvironment("FAIRLEAD_TEST_NO_USERNS", "0")) {
            Map<String, String> seen = where(where);
            assertThat(seen).containsEntry("made", "mount,pid").containsEntry("self", "1");
            assertThat(seen)
                    .containsEntry(
                            "user",
                            Started.namespace("user", ProcessHandle.current().pid()));
        }
    }

    @Test
    void refusesInOneSentenceWhereTheKernelForbidsBoth() throws Exception {
        try (Started where = withEnvironment("FAIRLEAD_TEST_NO_USERNS", "1")) {
            assertThat(where.lines()).isEmpty();
            assertThat(where.exitCode()).isEqualTo(2);
            assertThat(where.err())
                    .startsWith("fairlead: the kernel allows this user neither user namespaces nor")
                    .contains("doctor")
                    .hasLineCount(1);
        }
    }

    /** The kernel's own refusal: a namespace whose limit is zero stands for a machine that is set so. */
    @Test
    void refusesInOneSentenceWhereTheLimitOfUserNamespacesIsZero() throws Exception {
        String forbid = "echo 0 >/proc/sys/user/max_user_namespaces && "
                + "exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" \"$@\"";
        String fairlead = Started.HOME.resolve("fairlead").toString();
        Map<String, String> environment = Map.of("FAIRLEAD_NO_BUILD", "1", "FAIRLEAD_TEST_NO_ROOT", "1");
        for (String[] command : new String[][] {{"demo"}, {"lab", "up", "--name", TestLab.freshName()}}) {
            List<String> all = new ArrayList<>(
                    List.of("unshare", "--user", "--map-root-user", "--", "sh", "-c", forbid, fairlead));
            all.addAll(List.of(command));
            try (Started refused = Started.command(environment, all)) {
                assertThat(refused.lines()).isEmpty();
                assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
                assertThat(refused.err())
                        .startsWith("fairlead: the kernel allows this user neither user namespaces nor")
                        .contains("No space left on device", "./fairlead doctor")
                        .hasLineCount(1);
            }
        }
    }

    /** Root hands out all users that it has; then programs that become another user work in its labs. */
    @Test
    void rootsLabsHaveAllUsers() throws Exception {
        assumeTrue(TestLab.isRoot(), "not root");
        try (Started hold = Started.fairlead("__hold")) {
            long jvm = Long.parseLong(hold.line().replace("hostPid=", ""));
            for (String map : List.of("uid_map", "gid_map")) {
                assertThat(words("/proc/" + jvm + "/" + map)).isEqualTo(sameIds("/proc/self/" + map));
            }
            assertThat(words("/proc/" + jvm + "/setgroups")).isEqualTo("allow");
        }
    }

    private static String words(String file) throws IOException {
        return String.join(" ", Files.readString(Path.of(file)).strip().split("\\s+", -1));
    }

    /** Each line's first number, its own again, and how many there are. */
    private static String sameIds(String file) throws IOException {
        List<String> same = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(file))) {
            String[] words = line.strip().split("\\s+", -1);
            same.add(words[0] + " " + words[0] + " " + words[2]);
        }
        return String.join(" ", same);
    }

    /** Where no JDK is to be found the sentence comes from the shell. Only a mount namespace can hide the real one. */
    @Test
    void saysWhatToInstallWhereThereIsNoJdk() throws Exception {
        String hideJdks = "mount -t tmpfs none /usr/lib/jvm && exec ./fairlead --version";
        Map<String, String> environment = Map.of("FAIRLEAD_NO_BUILD", "1", "JAVA_HOME", "/usr/lib/jvm/gone");
        try (Started none =
                Started.command(environment, List.of("unshare", "--map-root-user", "--mount", "sh", "-c", hideJdks))) {
            assumeTrue(System.getProperty("java.home").startsWith("/usr/lib/jvm/"), "the JDK isn't under /usr/lib/jvm");
            assertThat(none.exitCode()).isEqualTo(2);
            assertThat(none.err())
                    .contains("JDK of version 25", "apt install", "Debian", "Ubuntu", "dnf install", "Fedora")
                    .hasLineCount(1);
        }
    }

    private static Started withEnvironment(String name, String noRoot) throws IOException {
        Map<String, String> environment = Map.of(name, "1", "FAIRLEAD_TEST_NO_ROOT", noRoot, "FAIRLEAD_NO_BUILD", "1");
        return Started.command(
                environment, List.of(Started.HOME.resolve("fairlead").toString(), "__where"));
    }

    private static Map<String, String> where(Started started) throws IOException {
        Map<String, String> seen = new TreeMap<>();
        for (String line : started.lines()) {
            int equals = line.indexOf('=');
            seen.put(line.substring(0, equals), line.substring(equals + 1));
        }
        return seen;
    }
}
