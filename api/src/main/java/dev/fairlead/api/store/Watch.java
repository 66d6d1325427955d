package dev.fairlead.api.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Events of one resource from a revision on, in order. A reader that doesn't keep up loses its watch, not events in between:
 * {@link #next} then says so. One thread reads, any thread closes.
 */
public final class Watch implements AutoCloseable {
    /** More than a reader on a slow line needs, less than what would fill the memory. */
    private static final int MOST_WAITING = 20_000;

    private final ObjectStore store;
    private final String resource;
    private final ArrayDeque<StoreEvent> waiting = new ArrayDeque<>();
    private boolean overrun;
    private boolean closed;
    private long reached;

    Watch(ObjectStore store, String resource, long from, List<StoreEvent> missed) {
        this.store = store;
        this.resource = resource;
        this.reached = from;
        missed.forEach(this::offer);
    }

    boolean isOf(String changed) {
        return resource.equals(changed);
    }

    synchronized void offer(StoreEvent event) {
        if (waiting.size() >= MOST_WAITING) {
            overrun = true;
            waiting.clear();
        }
        if (!overrun) {
            waiting.add(event);
        }
        notifyAll();
    }

    /** The store has come to this revision; events of other resources count. */
    synchronized void reach(long revision) {
        reached = revision;
    }

    /** Up to which revision everything of this resource has been handed out, once {@link #next} gave nothing. */
    public synchronized long reached() {
        return waiting.isEmpty() ? reached : waiting.peek().revision() - 1;
    }

    /**
     * The events that have come, waiting for the first of them.
     *
     * @return empty when none came in time, or the watch was closed
     * @throws ExpiredException when the reader was too slow
     */
    public synchronized List<StoreEvent> next(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (waiting.isEmpty() && !closed && !overrun) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                break;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (overrun) {
            throw new ExpiredException("this watch was too slow to be told of every change; list again");
        }
        List<StoreEvent> events = new ArrayList<>(waiting);
        waiting.clear();
        return events;
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        store.forget(this);
    }
}
