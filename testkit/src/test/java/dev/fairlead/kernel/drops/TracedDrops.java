package dev.fairlead.kernel.drops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * The kernel's own tracing as a witness: event {@code skb:kfree_skb} in an instance of this test's own, which nobody else sees and which
 * goes with it. It knows nothing of flows, but has time, place and reason of each drop of the machine.
 */
final class TracedDrops implements AutoCloseable {
    private static final Path INSTANCES = Path.of("/sys/kernel/tracing/instances");
    private static final Pattern LINE =
            Pattern.compile("\\s(\\d+)\\.(\\d{6}): kfree_skb: .* location=(\\w+)\\S* reason: (\\w+)");

    private final Path instance;

    private TracedDrops(Path instance) {
        this.instance = instance;
    }

    /** @param monotonicNanos as CLOCK_MONOTONIC has it, to the microsecond */
    record Line(long monotonicNanos, String function, String reason) {
        private static Optional<Line> read(String text) {
            Matcher line = LINE.matcher(text);
            return line.find()
                    ? Optional.of(new Line(
                            Long.parseLong(line.group(1)) * 1_000_000_000 + Long.parseLong(line.group(2)) * 1000,
                            line.group(3),
                            line.group(4)))
                    : Optional.empty();
        }
    }

    /** Skips the test, with the reason, where tracing isn't to be had. */
    static TracedDrops start() {
        Path instance =
                INSTANCES.resolve("fairlead-test-" + ProcessHandle.current().pid());
        try {
            Files.createDirectory(instance);
        } catch (IOException e) {
            String reason = "SKIPPED: the kernel's own tracing is no witness here: " + e;
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        TracedDrops traced = new TracedDrops(instance);
        try {
            traced.write("trace_clock", "mono");
            traced.write("events/skb/kfree_skb/enable", "1");
            return traced;
        } catch (RuntimeException e) {
            traced.close();
            throw e;
        }
    }

    private void write(String file, String text) {
        try {
            Files.writeString(instance.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file, e);
        }
    }

    List<Line> lines() {
        try (var lines = Files.lines(instance.resolve("trace"))) {
            return lines.flatMap(line -> Line.read(line).stream()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the trace", e);
        }
    }

    @Override
    public void close() {
        try {
            Files.delete(instance);
        } catch (IOException e) {
            throw new UncheckedIOException("could not take the tracing instance away", e);
        }
    }
}
