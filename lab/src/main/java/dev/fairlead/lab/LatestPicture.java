package dev.fairlead.lab;

import dev.fairlead.lab.model.LabPicture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What there is in the lab now, for those who ask and those who wait for something. Safe from any thread. */
final class LatestPicture {
    private final Object changed = new Object();
    private volatile LabPicture picture;
    private volatile boolean ended;

    LatestPicture(LabPicture picture) {
        this.picture = picture;
    }

    LabPicture now() {
        return picture;
    }

    void show(LabPicture now) {
        synchronized (changed) {
            picture = now;
            changed.notifyAll();
        }
    }

    /** Whoever waits needn't any more. */
    void end() {
        synchronized (changed) {
            ended = true;
            changed.notifyAll();
        }
    }

    boolean isEnded() {
        return ended;
    }

    /** Waits until it is as wanted, or it is the last one. @return whether that came true in time */
    boolean await(Predicate<LabPicture> wanted, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (changed) {
            while (!wanted.test(picture)) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || ended) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(changed, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }
}
