package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Links;
import dev.fairlead.kernel.route.Rtnetlink;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes links of one namespace away and returns when they are gone, not when the kernel has cleared up behind them. Safe from
 * any thread.
 *
 * <p>A link is off all lists, at both ends of a veth pair, about 1 ms after the kernel has been asked. Its answer comes 16 ms
 * and more later, when nobody can still be reading the device's memory ({@code netdev_run_todo()} in {@code net/core/dev.c}
 * waits in {@code rcu_barrier()}, with no lock held). So the request goes out on a thread and a socket of its own, and
 * whether the link is still there is asked on another.
 */
final class LinkRemoval implements AutoCloseable {
    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final Netns namespace;
    private final Links links;
    private final Set<Thread> asking = ConcurrentHashMap.newKeySet();

    /** @param links of the namespace, by a socket that stays the caller's */
    LinkRemoval(Netns namespace, Links links) {
        this.namespace = namespace;
        this.links = links;
    }

    /**
     * Takes a link away; one that is gone meanwhile is fine. By its index, which no later link gets: the name may soon be
     * somebody else's, and the request still under way.
     *
     * @throws KernelException when the kernel refuses
     */
    void remove(Link link) {
        remove(link.index());
    }

    private void remove(int index) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        CountDownLatch sent = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().daemon().name("unlink-" + index).unstarted(() -> ask(index, sent, answer));
        asking.add(thread);
        thread.start();
        awaitKeepingInterrupt(sent);
        for (long pause = FIRST_PAUSE_NANOS; !answer.isDone(); pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS)) {
            if (links.find(index).isEmpty()) {
                return;
            }
            LockSupport.parkNanos(pause);
        }
        if (answer.isCompletedExceptionally() && answer.exceptionNow() instanceof RuntimeException refusal) {
            throw refusal;
        }
    }

    private void ask(int index, CountDownLatch sent, CompletableFuture<Boolean> answer) {
        try {
            namespace.enter(); // this thread ends with the request
            try (Rtnetlink socket = Rtnetlink.open()) {
                sent.countDown();
                socket.links().delete(index);
            }
            answer.complete(true);
        } catch (KernelException e) {
            if (e.isNotFound()) {
                answer.complete(false); // somebody else was faster
            } else {
                answer.completeExceptionally(e);
            }
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        } finally {
            sent.countDown();
            asking.remove(Thread.currentThread());
        }
    }

    private static void awaitKeepingInterrupt(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the kernel's outstanding answers. */
    @Override
    public void close() {
        for (Thread thread : asking) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
