package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * When {@code ./fairlead} builds, and what it leaves. The checkout is a small one with the real launcher, a space in its
 * path, and a program {@code mvn} that writes what Maven writes, puts the real jars where Maven puts them, and counts
 * its calls.
 */
class BuildTest {
    private static final String MVN = """
            #!/bin/sh
            echo call >>"$FAIRLEAD_TEST_CALLS"
            echo '[INFO] Building packet 0.1.0    [1/1]'
            if [ -e "$FAIRLEAD_TEST_CALLS.fail" ]; then
              echo '[ERROR] /src/Ip.java:[1,1] something is wrong'
              exit 1
            fi
            if [ -e "$FAIRLEAD_TEST_CALLS.hang" ]; then sleep 60; fi
            mkdir -p cli/target/runtime cli/target/classes
            cp "$FAIRLEAD_TEST_JARS"/[!c]*.jar "$FAIRLEAD_TEST_JARS"/cni-*.jar "$FAIRLEAD_TEST_JARS"/cluster-*.jar cli/target/runtime
            cp "$FAIRLEAD_TEST_JARS"/cli-*.jar cli/target
            cp -R "$FAIRLEAD_TEST_CLASSES"/. cli/target/classes
            """;

    @TempDir
    private Path temporary;

    private Path checkout = Path.of("");
    private Path calls = Path.of("");
    private Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void makeCheckout() throws IOException {
        Path current = Started.HOME.resolve(".fairlead/current");
        assumeTrue(Files.exists(current), "no jars to work with: the tests are run by ./fairlead test");
        checkout = Files.createDirectories(temporary.resolve("check out"));
        calls = temporary.resolve("calls");
        for (String directory : List.of(".mvn", "native", "packet/src/main/java", "packet/src/test/java", "cli")) {
            Files.createDirectories(checkout.resolve(directory));
        }
        write("pom.xml");
        write("packet/pom.xml");
        write("packet/src/main/java/Ip.java");
        Files.copy(Started.HOME.resolve("fairlead"), checkout.resolve("fairlead"));
        checkout.resolve("fairlead").toFile().setExecutable(true);
        Files.createDirectories(checkout.resolve("launcher"));
        try (Stream<Path> parts = Files.list(Started.HOME.resolve("launcher"))) {
            for (Path part : parts.toList()) {
                Files.copy(part, checkout.resolve("launcher").resolve(part.getFileName()));
            }
        }
        Path bin = Files.createDirectories(temporary.resolve("bin"));
        Files.writeString(bin.resolve("mvn"), MVN).toFile().setExecutable(true);
        String build = Files.readAllLines(current).getFirst();
        environment = new HashMap<>(Map.of(
                "PATH", bin + ":" + System.getenv("PATH"),
                "JAVA_HOME", System.getProperty("java.home"),
                "FAIRLEAD_NO_BUILD", "",
                "FAIRLEAD_TEST_CALLS", calls.toString(),
                "FAIRLEAD_TEST_JARS",
                        Started.HOME.resolve(".fairlead/" + build + "/lib").toString(),
                "FAIRLEAD_TEST_CLASSES",
                        Started.HOME.resolve("cli/target/classes").toString(),
                // Training takes longer than all the rest, so it's left to the test that asks for the cache.
                "FAIRLEAD_TEST_NO_CACHE", "1"));
    }

    private void write(String file) throws IOException {
        Files.writeString(checkout.resolve(file), "");
    }

    private Started start() throws IOException {
        return Started.program(
                checkout, environment, List.of(checkout.resolve("fairlead").toString(), "--version"));
    }

    /** Runs it to its end, and returns what it said on standard error. */
    private String version(int exitCode) throws Exception {
        try (Started started = start()) {
            List<String> out = started.lines();
            assertThat(started.exitCode()).as(started.err()).isEqualTo(exitCode);
            assertThat(out).hasSize(exitCode == 0 ? 1 : 0);
            return started.err();
        }
    }

    private long calls() throws IOException {
        return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
    }

    private List<String> builds() throws IOException {
        try (Stream<Path> files = Files.list(checkout.resolve(".fairlead"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("build-"))
                    .toList();
        }
    }

    /** As an editor would, and surely later than the build, however coarse the file system's clock is. */
    private void touch(String file) throws IOException {
        Files.setLastModifiedTime(
                checkout.resolve(file), FileTime.from(Instant.now().plusSeconds(2)));
    }

    @Test
    void theFirstUseBuildsAndTheNextOnlyStarts() throws Exception {
        assertThat(version(0)).contains("building packet … 1/1", "built in ");
        assertThat(builds()).hasSize(1);
        assertThat(version(0)).isEmpty();
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void theStartupCacheIsUsedAlsoWhereThePathHasASpace() throws Exception {
        environment.put("FAIRLEAD_TEST_NO_CACHE", "0");
        assertThat(version(0)).contains("training the start-up cache");
        // The JVM's own word: in this mode it ends where it can't use the cache.
        environment.put("FAIRLEAD_JVM_OPTIONS", "-XX:AOTMode=on");
        try (Started started = Started.program(
                checkout, environment, List.of(checkout.resolve("fairlead").toString(), "version"))) {
            assertThat(started.exitCode()).as(started.err()).isZero();
        }
    }

    @Test
    void onlyNewerSourcesBuildAgain() throws Exception {
        version(0);
        write("packet/src/test/java/IpTest.java");
        write("README.md");
        version(0);
        assertThat(calls())
                .as("a test and a document aren't part of the runtime")
                .isEqualTo(1);

        touch("packet/src/main/java/Ip.java");
        version(0);
        assertThat(calls()).as("a source is newer").isEqualTo(2);
    }

    @Test
    void aDeletedSourceBuildsAgain() throws Exception {
        version(0);
        Files.delete(checkout.resolve("packet/src/main/java/Ip.java"));
        version(0);
        assertThat(calls()).isEqualTo(2);
    }

    @Test
    void aFailedBuildTellsWhyAndIsTriedAgain() throws Exception {
        Path fail = Files.createFile(temporary.resolve("calls.fail"));
        assertThat(version(1))
                .contains("fairlead: the build failed", "Ip.java:[1,1] something is wrong", ".fairlead/log/build.log");
        Files.delete(fail);
        version(0);
        assertThat(calls()).isEqualTo(2);
    }

    @Test
    void anInterruptedBuildIsBegunAgainFromNothing() throws Exception {
        Path hang = Files.createFile(temporary.resolve("calls.hang"));
        Path left = Files.createDirectories(checkout.resolve("packet/target/classes/half"));
        // A group of its own gets the signal as a whole, as from Ctrl-C; the wait is for Maven to be at work.
        try (Started build = Started.program(
                checkout,
                environment,
                List.of("setsid", checkout.resolve("fairlead").toString(), "--version"))) {
            Started.eventually("Maven was called", () -> Files.exists(calls));
            Started.signal("INT", -build.pid());
            assertThat(build.exitCode()).isNotZero();
        }
        Files.delete(hang);
        assertThat(version(0)).contains("built in ");
        assertThat(left).doesNotExist();
        assertThat(builds()).as("what the interrupted build began is gone").hasSize(1);
    }

    @Test
    void twoFirstUsesBuildOnce() throws Exception {
        try (Started one = start();
                Started two = start()) {
            assertThat(one.exitCode()).as(one.err()).isZero();
            assertThat(two.exitCode()).as(two.err()).isZero();
            assertThat(one.err() + two.err()).contains("waiting for another build");
        }
        assertThat(calls()).isEqualTo(1);
    }

    @Test
    void anUnwritableCheckoutIsTriedOnlyWhereItMustBeBuilt() throws Exception {
        assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "only root can become another user");
        // JUnit makes it for its own user alone.
        assertThat(temporary.toFile().setExecutable(true, false)).isTrue();
        assertThat(temporary.toFile().setReadable(true, false)).isTrue();
        List<String> asNobody = List.of(
                "setpriv",
                "--reuid=65534",
                "--clear-groups",
                checkout.resolve("fairlead").toString(),
                "--version");
        try (Started unbuilt = Started.program(checkout, environment, asNobody)) {
            assertThat(unbuilt.exitCode()).isEqualTo(1);
            assertThat(unbuilt.err())
                    .contains("is not built yet, and this user can't write to " + checkout)
                    .hasLineCount(1);
        }
        version(0);
        try (Started fresh = Started.program(checkout, environment, asNobody)) {
            assertThat(fresh.exitCode()).as(fresh.err()).isZero();
        }
        touch("packet/src/main/java/Ip.java");
        try (Started stale = Started.program(checkout, environment, asNobody)) {
            assertThat(stale.exitCode()).isEqualTo(1);
            assertThat(stale.err())
                    .contains("sources are newer than their build")
                    .hasLineCount(1);
        }
    }
}
