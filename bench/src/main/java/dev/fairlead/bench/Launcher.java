package dev.fairlead.bench;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Runs {@code ./fairlead} as a user does, but that it must not build. */
record Launcher(Path home, Duration patience) {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    Launcher(Path home) {
        this(home, PATIENCE);
    }

    /**
     * Runs a command to its end.
     *
     * @return what it printed
     * @throws IllegalStateException with that, when it doesn't end well in time
     */
    String run(List<String> arguments) {
        TreeMap<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("FAIRLEAD_NO_BUILD", "1");
        Path program = home.resolve("fairlead");
        try (Fd input = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
                Fd output = Fd.memory("output of fairlead");
                Child child = Spawn.of(program, arguments)
                        .withEnvironment(environment)
                        .withStreams(input, output, output)
                        .withSession()
                        .start()) {
            Optional<Integer> code = child.await(patience);
            if (code.isEmpty()) {
                child.killSession();
            }
            String printed = Files.readString(output.path());
            if (code.isEmpty() || code.get() != 0) {
                throw new IllegalStateException("`./fairlead " + String.join(" ", arguments) + "` "
                        + code.map(number -> "ended with exit code " + number)
                                .orElse("did not end in " + patience.toSeconds() + " s")
                        + ": " + printed.strip());
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException("could not read what " + program + " printed", e);
        }
    }
}
