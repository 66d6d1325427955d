package dev.fairlead.kernel.netns;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs work on a platform thread of its own that ends with it: the only place where a thread may change namespaces. */
public final class OwnThread {
    private OwnThread() {}

    /** Work that a thread of its own has begun. */
    public static final class Begun<T> {
        private final String name;
        private final AtomicReference<@Nullable T> result = new AtomicReference<>();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final Thread thread;

        private Begun(String name, Callable<T> work) {
            this.name = name;
            this.thread = Thread.ofPlatform().name(name).start(() -> {
                try {
                    result.set(work.call());
                } catch (Throwable t) { // handed to the waiting thread
                    failure.set(t);
                }
            });
        }

        /** Waits for its end; throws as {@link OwnThread#call}, each time the same. */
        public T await() {
            joinKeepingInterrupt(thread);
            Throwable thrown = failure.get();
            switch (thrown) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(thrown.getMessage(), thrown);
            }
            T value = result.get();
            if (value == null) {
                throw new IllegalStateException(name + " gave no result");
            }
            return value;
        }
    }

    /** Runs {@code work} on a fresh thread while the calling one goes on. */
    public static <T> Begun<T> begin(String name, Callable<T> work) {
        return new Begun<>(name, work);
    }

    /**
     * Runs {@code work} on a fresh thread and waits. Unchecked exceptions are thrown on unchanged; checked ones wrapped in
     * {@link IllegalStateException}. An interrupt of the waiting thread does not end the work, and is kept.
     */
    public static <T> T call(String name, Callable<T> work) {
        return begin(name, work).await();
    }

    private static void joinKeepingInterrupt(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
