package dev.fairlead.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Forces a file to the disk on a thread of its own, once for all that wait at that moment, so that whoever has written can
 * do something else meanwhile. Safe from any thread.
 */
final class DiskSync implements AutoCloseable {
    private final LinkedBlockingQueue<Pending> waiting = new LinkedBlockingQueue<>();
    private final Pending end = new Pending(new CompletableFuture<>());
    private final Forcing forcing;
    private final String what;
    private final Thread thread;

    /** Has the kernel put on the disk what was written before. */
    @FunctionalInterface
    interface Forcing {
        void force() throws IOException;
    }

    /** Something written that may not be on the disk yet. */
    record Pending(CompletableFuture<Boolean> onDisk) {
        /** Something that is there already. */
        static final Pending NONE = new Pending(CompletableFuture.completedFuture(true));

        /** Waits until it is. @throws UncheckedIOException when the disk refused */
        void await() {
            try {
                onDisk.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof UncheckedIOException refused
                        ? new UncheckedIOException(refused.getMessage(), refused.getCause())
                        : e;
            }
        }
    }

    private DiskSync(String what, Forcing forcing) {
        this.what = what;
        this.forcing = forcing;
        this.thread = Thread.ofPlatform().daemon().name("disk-sync").unstarted(this::loop);
    }

    /** @param what is forced, for messages */
    static DiskSync start(String what, Forcing forcing) {
        DiskSync sync = new DiskSync(what, forcing);
        sync.thread.start();
        return sync;
    }

    /** Begins to force everything that was written before this call. */
    Pending begin() {
        Pending pending = new Pending(new CompletableFuture<>());
        waiting.add(pending);
        return pending;
    }

    private void loop() {
        try {
            while (true) {
                List<Pending> together = new ArrayList<>(List.of(waiting.take()));
                waiting.drainTo(together);
                force(together);
                if (together.contains(end)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does
        }
    }

    private void force(List<Pending> together) {
        try {
            forcing.force();
            together.forEach(pending -> pending.onDisk().complete(true));
        } catch (IOException e) {
            UncheckedIOException refused =
                    new UncheckedIOException("could not force " + what + " to the disk: " + e.getMessage(), e);
            together.forEach(pending -> pending.onDisk().completeExceptionally(refused));
        }
    }

    /** Returns when nothing is under way any more. */
    @Override
    public void close() {
        waiting.add(end);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
