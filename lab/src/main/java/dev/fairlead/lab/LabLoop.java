package dev.fairlead.lab;

import dev.fairlead.lab.door.LabRefusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The one thread that a lab's records belong to. */
final class LabLoop implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lab").factory());
    private Optional<Alarm> alarm = Optional.empty(); // the loop's own

    private record Alarm(Instant due, Future<?> waiting) {}

    /** Does it there and waits for it; what it throws is thrown on. */
    <T> T call(Callable<T> work) {
        try {
            return thread.submit(work).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabRefusal("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    void execute(Runnable work) {
        thread.execute(work);
    }

    void after(Duration delay, Runnable work) {
        var unused = thread.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Does it at a time, or soon where that is past; on the loop only. There is one alarm: an earlier time takes the place of a
     * later one, and a later one is for whoever looks when the earlier has come.
     */
    void wakeAt(Instant due, Runnable work) {
        if (alarm.isPresent() && !due.isBefore(alarm.get().due())) {
            return;
        }
        alarm.ifPresent(later -> later.waiting().cancel(false));
        long millis = Math.max(1, Duration.between(Instant.now(), due).toMillis() + 1);
        var waiting = thread.schedule(
                () -> {
                    alarm = Optional.empty();
                    work.run();
                },
                millis,
                TimeUnit.MILLISECONDS);
        alarm = Optional.of(new Alarm(due, waiting));
    }

    void every(Duration first, Duration pause, Runnable work) {
        var unused = thread.scheduleWithFixedDelay(work, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What was begun is done, and nothing else. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
