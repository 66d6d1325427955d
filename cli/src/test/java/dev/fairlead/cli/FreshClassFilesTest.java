package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.StackMapTableAttribute;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FreshClassFilesTest {
    /** Loading verifies: a wrong stack map would be refused by the JVM. */
    @Test
    void everyClassOfPicocliPassesTheVerifierInTheNewForm(@TempDir Path directory) throws Exception {
        Path old = Path.of(CommandLine.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path fresh = directory.resolve("fresh.jar");
        FreshClassFiles.rewrite(old, fresh);

        int classes = 0;
        int withStackMaps = 0;
        try (ZipFile jar = new ZipFile(fresh.toFile());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {fresh.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            for (var entry : jar.stream().toList()) {
                String name = entry.getName();
                if (!name.startsWith("picocli/") || !name.endsWith(".class") || name.contains("/groovy/")) {
                    continue;
                }
                classes++;
                var model = ClassFile.of().parse(jar.getInputStream(entry).readAllBytes());
                assertThat(model.majorVersion()).as(name).isEqualTo(ClassFile.latestMajorVersion());
                withStackMaps += hasStackMap(model) ? 1 : 0;
                Class.forName(name.replace('/', '.').replace(".class", ""), true, loader);
            }
        }
        assertThat(classes).isGreaterThan(200);
        assertThat(withStackMaps).isGreaterThan(50);
    }

    private static boolean hasStackMap(ClassModel model) {
        return model.methods().stream()
                .flatMap(method -> method.code().stream())
                .flatMap(code -> ((CodeAttribute) code).attributes().stream())
                .anyMatch(StackMapTableAttribute.class::isInstance);
    }
}
