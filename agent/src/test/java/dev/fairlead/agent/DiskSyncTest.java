package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When the disk is asked, and who hears what it said. */
class DiskSyncTest {
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger onDisk = new AtomicInteger();
    private final AtomicInteger forced = new AtomicInteger();
    private final Semaphore reached = new Semaphore(0);
    private final Semaphore go = new Semaphore(0);

    /** A disk that takes its time: until the test lets it go on. */
    private DiskSync slow() {
        return DiskSync.start("the book", () -> {
            int upTo = written.get();
            reached.release();
            go.acquireUninterruptibly();
            forced.incrementAndGet();
            onDisk.set(upTo);
        });
    }

    @Test
    void whoeverWritesWhileTheDiskIsBusyWaitsForTheNextTimeAndAllShareIt() throws Exception {
        try (DiskSync sync = slow()) {
            written.set(1);
            DiskSync.Pending first = sync.begin();
            reached.acquire();
            List<DiskSync.Pending> later = new ArrayList<>();
            for (int i = 2; i <= 10; i++) {
                written.set(i);
                later.add(sync.begin());
            }
            go.release();
            first.await();
            assertThat(onDisk).hasValue(1);
            assertThat(later).noneMatch(pending -> pending.onDisk().isDone());
            go.release();
            later.forEach(DiskSync.Pending::await);
            assertThat(onDisk).hasValue(10);
            assertThat(forced).hasValue(2);
            go.release(); // for the end
        }
    }

    @Test
    void aRefusalIsToldToThoseWhoWaitedAndTheNextTimeIsTriedAnew() {
        AtomicBoolean full = new AtomicBoolean(true);
        try (DiskSync sync = DiskSync.start("the book", () -> {
            if (full.get()) {
                throw new IOException("No space left on device");
            }
        })) {
            assertThatThrownBy(() -> sync.begin().await())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("could not force the book to the disk: No space left on device");
            full.set(false);
            sync.begin().await();
        }
    }
}
