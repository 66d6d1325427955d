package dev.fairlead.kernel.netns;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
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

        private Begun(String name, Callable<T> work, Function<Runnable, Thread> start) {
            this.name = name;
            this.thread = start.apply(() -> {
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
        return new Begun<>(name, work, Thread.ofPlatform().name(name)::start);
    }

    /**
     * Keeps one thread that has started and waits for work: to start one takes longer than much of what it is for. Safe from
     * any thread.
     */
    public static final class Spare implements AutoCloseable {
        private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();
        private volatile boolean closed;

        /** Starts a thread unless one waits; it begins in the calling thread's namespaces, as every thread does. */
        public void prepare() {
            if (closed || waiting.get() != null) {
                return;
            }
            Waiting fresh = new Waiting();
            if (!waiting.compareAndSet(null, fresh)) {
                fresh.give(() -> {}); // somebody else was faster
            } else if (closed) {
                release();
            }
        }

        /** As {@link OwnThread#begin}, on the thread that waits, if there is one. */
        public <T> Begun<T> begin(String name, Callable<T> work) {
            Waiting ready = waiting.getAndSet(null);
            return ready == null ? OwnThread.begin(name, work) : new Begun<>(name, work, ready::give);
        }

        /** Lets the thread that waits end. What has begun goes on. */
        @Override
        public void close() {
            closed = true;
            release();
        }

        private void release() {
            Waiting last = waiting.getAndSet(null);
            if (last != null) {
                last.give(() -> {});
            }
        }
    }

    private static final class Waiting {
        private final Thread thread = Thread.ofPlatform().daemon().name("spare").unstarted(this::await);
        private volatile @Nullable Runnable work;

        Waiting() {
            thread.start();
        }

        private void await() {
            Runnable given = work;
            while (given == null) {
                LockSupport.park(this);
                given = work;
            }
            given.run();
        }

        Thread give(Runnable given) {
            work = given;
            LockSupport.unpark(thread);
            return thread;
        }
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
