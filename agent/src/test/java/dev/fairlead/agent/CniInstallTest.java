package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.runtime.NetConfFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniInstallTest {
    @TempDir
    Path directory;

    private CniInstall install(String socket) throws IOException {
        Path shim = Files.writeString(directory.resolve("built"), "a program for " + socket);
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
        install("/run/one.sock").put();
        Path list = directory.resolve("net.d").resolve(CniInstall.CONFLIST);
        byte[] before = Files.readAllBytes(list);
        try (InputStream reading = Files.newInputStream(list);
                InputStream executing = Files.newInputStream(directory.resolve("bin/fairlead-cni"))) {
            int first = reading.read();
            install("/run/another.sock").put();
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
