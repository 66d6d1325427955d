package dev.fairlead.cluster;

import dev.fairlead.plan.ClusterPicture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Keeps a picture of the cluster that one node's agent needs, from a Kubernetes API and from nothing else. Whatever happens
 * to the connection, the last picture stays until there is a newer one. Safe from any thread.
 */
public final class ClusterFollower implements AutoCloseable {
    private final ApiSource source;
    private final List<Thread> threads = new ArrayList<>();

    /** All below is guarded by this. */
    private final Facts facts = new Facts();

    private final EnumSet<Watched> listed = EnumSet.noneOf(Watched.class);
    private Progress progress = Progress.NONE;
    private Consumer<ClusterPicture> listener = _ -> {};
    private boolean closed;

    private ClusterFollower(ApiSource source) {
        this.source = source;
    }

    /**
     * Begins to follow, and returns at once.
     *
     * @param source closed with this
     * @param node whose pods are followed
     */
    public static ClusterFollower start(ApiSource source, String node) {
        ClusterFollower follower = new ClusterFollower(source);
        SplittableRandom random = new SplittableRandom();
        for (Watched watched : Watched.values()) {
            Reflector reflector = new Reflector(source, watched, node, follower.new Learner(), random.split());
            follower.threads.add(Thread.ofVirtual()
                    .name("follow-" + watched.resource() + "-" + node)
                    .start(reflector));
        }
        return follower;
    }

    /**
     * Has every picture told from now on, beginning with the one that there is; not before all kinds have been listed once.
     *
     * @param told is called one picture after the other, and must not wait
     */
    public synchronized void tell(Consumer<ClusterPicture> told) {
        listener = told;
        if (isWhole()) {
            listener.accept(facts.picture());
        }
    }

    private boolean isWhole() {
        return listed.size() == Watched.values().length;
    }

    /** Waits for a whole picture that is as wanted. @return empty when none came in time, or this was closed */
    public synchronized Optional<ClusterPicture> await(Predicate<ClusterPicture> wanted, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!isWhole() || !wanted.test(facts.picture())) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || closed) {
                return Optional.empty();
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return Optional.of(facts.picture());
    }

    /** Waits until everything up to here is known and told. @return whether it was in time */
    public synchronized boolean awaitReached(Progress wanted, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!isWhole() || !progress.reaches(wanted)) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || closed) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** What hasn't been listed yet, by resource; empty when the picture is whole. */
    public synchronized List<String> missing() {
        return EnumSet.complementOf(listed).stream().map(Watched::resource).toList();
    }

    private final class Learner implements Learning {
        @Override
        public void listed(Watched watched, Map<ObjectName, Fact> learnt, Set<ObjectName> there, long version) {
            synchronized (ClusterFollower.this) {
                ClusterPicture before = facts.picture();
                facts.keepOnly(watched, there);
                learnt.forEach((name, fact) -> facts.put(watched, name, fact));
                boolean first = listed.add(watched);
                done(watched, version, first || facts.picture() != before);
            }
        }

        @Override
        public void changed(Watched watched, ObjectName name, Fact fact, long version) {
            synchronized (ClusterFollower.this) {
                ClusterPicture before = facts.picture();
                facts.put(watched, name, fact);
                done(watched, version, facts.picture() != before);
            }
        }

        @Override
        public void reached(Watched watched, long version) {
            synchronized (ClusterFollower.this) {
                done(watched, version, false);
            }
        }

        private void done(Watched watched, long version, boolean different) {
            progress = progress.with(watched, version);
            if (different && isWhole()) {
                listener.accept(facts.picture());
            }
            ClusterFollower.this.notifyAll();
        }
    }

    /** Ends all connections and waits for its threads. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            listener = _ -> {};
            notifyAll();
        }
        threads.forEach(Thread::interrupt);
        source.close();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
