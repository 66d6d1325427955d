package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.runtime.NetConfFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
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
}
