package dev.fairlead.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a measurement finds programs and puts files.
 *
 * @param home the checkout, for the launcher, the demo's manifest and the native programs
 * @param disk an empty directory on a real disk, for what has to outlive a process: its speed is part of what is measured
 * @param sockets an empty directory with a short path
 */
public record Place(Path home, Path disk, Path sockets) {
    /** Of every plugin and of {@code lab up}: as a system's daemons have it. */
    static final String SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final List<Path> REFERENCE = List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"));

    Path nativePrograms() {
        return home.resolve("native/target/bin");
    }

    Path demoManifest() {
        return home.resolve("lab/src/main/resources/dev/fairlead/lab/demo/demo.yaml");
    }

    /** One of this room's own. */
    Path manifest(String name) {
        return home.resolve("bench/src/main/resources/dev/fairlead/bench").resolve(name);
    }

    /** The directory of the reference plugins, where they are installed. */
    static Optional<Path> referencePlugins() {
        for (Path directory : REFERENCE) {
            if (Files.isExecutable(directory.resolve("bridge"))
                    && Files.isExecutable(directory.resolve("host-local"))) {
                return Optional.of(directory);
            }
        }
        return Optional.empty();
    }
}
