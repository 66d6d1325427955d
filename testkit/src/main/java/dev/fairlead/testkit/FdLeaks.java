package dev.fairlead.testkit;

import dev.fairlead.kernel.sys.Fd;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Finds descriptors that a test opened and didn't close. Works with {@code -Dfairlead.fd.trace=true}, as all tests run. */
public final class FdLeaks {
    private final Set<Fd> before;

    private FdLeaks(Set<Fd> before) {
        this.before = before;
    }

    /** Remembers what is open now. */
    public static FdLeaks watch() {
        if (!Boolean.getBoolean("fairlead.fd.trace")) {
            throw new IllegalStateException("descriptors aren't traced: run the tests with -Dfairlead.fd.trace=true");
        }
        return new FdLeaks(new HashSet<>(Fd.openDescriptors().keySet()));
    }

    /** What has been opened since and is still open, each with the place where it was. Empty when all is well. */
    public String report() {
        StringWriter text = new StringWriter();
        for (Map.Entry<Fd, Throwable> open : Fd.openDescriptors().entrySet()) {
            if (!before.contains(open.getKey())) {
                text.append("never closed: ").append(open.getKey().toString()).append('\n');
                open.getValue().printStackTrace(new PrintWriter(text, true));
            }
        }
        return text.toString();
    }

    /**
     * Fails when {@link #report} says anything.
     *
     * @throws AssertionError naming each descriptor that was opened since and is still open
     */
    public void assertNone() {
        String report = report();
        if (!report.isEmpty()) {
            throw new AssertionError(report);
        }
    }
}
