package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.SyscallException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Hears of the packets that the kernel drops, as long as this is open; all of it goes with descriptors, however the process ends. For
 * one thread at a time.
 */
public final class Drops implements AutoCloseable {
    /** Others may read for this one too, while it doesn't. */
    private static final int MOST = 4096;

    private final DropSource source;
    private final DropFilter filter;
    private final boolean owned;
    private final Deque<Drop> told = new ArrayDeque<>();
    private final long lostBefore;
    private long lost;

    /** @param owned whether the source goes with this @param lostBefore what the kit had lost by now */
    Drops(DropSource source, DropFilter filter, boolean owned, long lostBefore) {
        this.source = source;
        this.filter = filter;
        this.owned = owned;
        this.lostBefore = lostBefore;
    }

    /** Why drops can't be heard of by this process alone, in a sentence; empty where they can. The first call takes some milliseconds. */
    public static Optional<String> refusal() {
        return DropKit.refusal();
    }

    /**
     * Begins to listen, with a program of its own.
     *
     * @throws SyscallException when the kernel refuses, as it does where there is a {@link #refusal}
     */
    public static Drops open(DropFilter filter) {
        DropSource source = new DropSource(DropKit.make());
        try {
            return source.listen(filter, true);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** Whoever calls this has the source's lock, as has everybody who touches what was told. */
    void hear(Drop drop) {
        if (filter.namespaces().contains(drop.namespace())) {
            if (told.size() < MOST) {
                told.add(drop);
            } else {
                lost++;
            }
        }
    }

    /** What was dropped since the last time, in the order in which the kernel told it. */
    public List<Drop> read() {
        synchronized (source) {
            source.drain();
            List<Drop> read = List.copyOf(told);
            told.clear();
            return read;
        }
    }

    /** How many drops were not told: there was no room for them, or one happened while another was told on the same processor. */
    public long lost() {
        synchronized (source) {
            return source.lostSince(lostBefore) + lost;
        }
    }

    /** Then nothing is armed for it any more; what was told and not read is lost. */
    @Override
    public void close() {
        source.leave(this, filter);
        if (owned) {
            source.close();
        }
    }
}
