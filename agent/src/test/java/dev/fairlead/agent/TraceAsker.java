package dev.fairlead.agent;

import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.Watch;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Somebody in a process of its own who has a node watched and is to be killed meanwhile; started by {@link TraceDoorTest}. */
final class TraceAsker {
    /** What the test waits for. */
    static final String ARMED = "armed";

    private TraceAsker() {}

    /** Arguments: the agent's CNI socket. Ends by itself only if nobody kills it. */
    public static void main(String[] arguments) throws InterruptedException {
        Watch watch = TraceDoorTest.watch("");
        try (Eyes eyes =
                TraceCaller.opening(watch.node(), Path.of(arguments[0])).open(watch)) {
            System.out.println(ARMED + " " + eyes.clock());
            System.out.flush();
            var _ = new CountDownLatch(1).await(5, TimeUnit.MINUTES);
        }
    }
}
