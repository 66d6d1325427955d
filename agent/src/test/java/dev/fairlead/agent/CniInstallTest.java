package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.runtime.NetConfFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is put where a runtime looks, and what is taken from there again. */
class CniInstallTest {
    @TempDir
    private Path directory;

    private CniInstall install;

    @BeforeEach
    void build() throws IOException {
        Path programs = Files.createDirectory(directory.resolve("programs"));
        Path shim = Files.writeString(programs.resolve("fairlead-cni"), "the shim");
        Files.writeString(programs.resolve("loopback"), "our loopback");
        install = new CniInstall(
                shim, directory.resolve("bin"), directory.resolve("conf"), directory.resolve("cni.sock"));
        install.requireWritable();
    }

    @Test
    void loopbackIsPutWhereThereIsNoneAndGoesWithUs() {
        assertThat(install.put()).as("it was missing").isTrue();
        assertThat(install.loopback()).hasContent("our loopback").isExecutable();
        assertThat(install.put()).as("the second time it was there").isFalse();
        assertThat(install.takeLoopback()).isTrue();
        assertThat(install.loopback()).doesNotExist();
        assertThat(install.takeLoopback()).isFalse();
    }

    @Test
    void theReferencePluginsLoopbackStays() throws IOException {
        Files.writeString(install.loopback(), "theirs");
        assertThat(install.put()).isFalse();
        assertThat(install.takeLoopback()).isFalse();
        assertThat(install.loopback()).hasContent("theirs");
    }

    @Test
    void aRuntimeThatKnowsCniVersionsTakesTheNewest() {
        install.put();
        assertThat(NetConfFiles.first(install.confDir()).cniVersion()).isEqualTo(CniVersion.V1_1_0);
    }

    private CniInstall another(String socket) throws IOException {
        Path shim = Files.writeString(directory.resolve("built"), "a program for " + socket);
        Files.writeString(directory.resolve("loopback"), "our loopback");
        return new CniInstall(
                shim,
                Files.createDirectories(directory.resolve("bin")),
                Files.createDirectories(directory.resolve("net.d")),
                Path.of(socket));
    }

    @Test
    @DisplayName(
            "12: who reads the configuration or executes the program while both are replaced has the old ones whole")
    void nothingIsWrittenInPlace() throws IOException {
        another("/run/one.sock").put();
        Path list = directory.resolve("net.d").resolve(CniInstall.CONFLIST);
        byte[] before = Files.readAllBytes(list);
        try (InputStream reading = Files.newInputStream(list);
                InputStream executing = Files.newInputStream(directory.resolve("bin/fairlead-cni"))) {
            int first = reading.read();
            another("/run/another.sock").put();
            assertThat(first).isEqualTo(before[0]);
            assertThat(reading.readAllBytes()).hasSize(before.length - 1);
            assertThat(new String(executing.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("a program for /run/one.sock");
        }
        assertThat(Files.readString(list)).contains("/run/another.sock");
        assertThat(NetConfFiles.first(directory.resolve("net.d")).name()).isEqualTo("fairlead");
        try (var files = Files.list(directory.resolve("net.d"))) {
            assertThat(files)
                    .as("nothing that a runtime could take for a configuration")
                    .containsExactly(list);
        }
    }
}
