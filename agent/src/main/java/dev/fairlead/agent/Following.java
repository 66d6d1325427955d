package dev.fairlead.agent;

import dev.fairlead.cluster.ClusterFollower;
import dev.fairlead.cluster.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says how far a node has followed a Kubernetes API, in what is known and in the kernel. Any thread. */
final class Following {
    private final PictureLoop loop;
    private volatile @Nullable ClusterFollower follower;

    Following(PictureLoop loop) {
        this.loop = loop;
    }

    void of(ClusterFollower known) {
        follower = known;
    }

    /** Waits until the kernel holds everything up to here. @return false when not in time, or where no API is followed */
    boolean await(Progress wanted, Duration patience) {
        ClusterFollower known = follower;
        if (known == null) {
            return false;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            return known.awaitReached(wanted, patience)
                    && loop.awaitIdle(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
