package dev.fairlead.bench;

import dev.fairlead.kernel.netns.Netns;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A thread in a node's network namespace from its first moment to its last, as all threads of a container runtime are: what
 * is measured there starts plugins without having to go anywhere first. Safe from any thread; one piece of work at a time.
 */
final class NodeThread implements AutoCloseable {
    private final LinkedBlockingQueue<FutureTask<?>> work = new LinkedBlockingQueue<>();
    private final FutureTask<Boolean> end = new FutureTask<>(() -> true);
    private final Thread thread;

    private NodeThread(Thread thread) {
        this.thread = thread;
    }

    static NodeThread start(Netns node) {
        NodeThread[] started = new NodeThread[1];
        Thread thread = Thread.ofPlatform().daemon().name("bench-node").unstarted(() -> started[0].serve(node));
        started[0] = new NodeThread(thread);
        thread.start();
        return started[0];
    }

    private void serve(Netns node) {
        node.enter();
        try {
            while (!end.isDone()) {
                work.take().run();
            }
        } catch (InterruptedException e) {
            // then it ends here
        }
    }

    /** Runs work there and waits for it; what it throws is thrown on. */
    <T> T call(Callable<T> wanted) {
        FutureTask<T> task = new FutureTask<>(wanted);
        work.add(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** As {@link #call}, without a result. */
    void run(Runnable wanted) {
        var unused = call(() -> {
            wanted.run();
            return true;
        });
    }

    @Override
    public void close() {
        work.add(end);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
