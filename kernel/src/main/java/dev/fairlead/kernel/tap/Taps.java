package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Hears of the packets of one connection on many devices, of many namespaces, in the order in which they passed. For one
 * thread at a time.
 */
public final class Taps implements AutoCloseable {
    private static final short POLLIN = 1;
    private static final int POLLFD = 8;

    private final List<Tap> taps;

    /** Read already, and later than the end of what was answered last. */
    private final List<Sighting> held = new ArrayList<>();

    private Taps(List<Tap> taps) {
        this.taps = List.copyOf(taps);
    }

    /**
     * Opens a tap at each point, or none. Needs CAP_NET_RAW in the namespaces.
     *
     * @param points in whose order packets of the same time are given, see {@link Sighting#nanos}
     * @throws dev.fairlead.kernel.SyscallException when one can't be opened
     * @throws IllegalArgumentException when what a device carries doesn't begin with an Ethernet header
     */
    public static Taps open(List<TapPoint> points, TapFilter filter) {
        List<Future<Tap>> opened = sideBySide(points, point -> Tap.open(point, filter));
        Taps taps = new Taps(opened.stream()
                .filter(tap -> tap.state() == Future.State.SUCCESS)
                .map(Future::resultNow)
                .toList());
        try {
            requireAll(opened);
            return taps;
        } catch (RuntimeException e) {
            taps.close();
            throw e;
        }
    }

    /** The kernel has each tap wait for others, RCU's grace period, as it opens and as it closes; several can wait at the same time. */
    private static <A, T> List<Future<T>> sideBySide(List<A> all, Function<A, T> action) {
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().daemon().name("tap-", 0).factory())) {
            return all.stream()
                    .map(one -> threads.submit(() -> action.apply(one)))
                    .toList();
        } // which waits for all, also when this thread is interrupted
    }

    /** Throws the first failure, if there is one. */
    private static void requireAll(List<? extends Future<?>> done) {
        for (Future<?> one : done) {
            if (one.state() == Future.State.FAILED) {
                throw one.exceptionNow() instanceof RuntimeException failure
                        ? failure
                        : new IllegalStateException(one.exceptionNow());
            }
        }
    }

    /**
     * Waits until a packet is seen, and gives what was seen until then, sorted by time. A later answer is about later
     * packets, except that the kernel may be late with one by the time that it takes to queue it.
     *
     * @return none when nothing came in time
     */
    public List<Sighting> await(Duration patience) {
        List<Sighting> seen = new ArrayList<>(held);
        try (Arena arena = Arena.ofConfined()) {
            if (held.isEmpty() && !poll(arena, patience)) {
                return List.of();
            }
            held.clear();
            List<Sighting> more = new ArrayList<>();
            // What comes while we read, at a tap that has been read, would be missing between packets of the others: so
            // later ones wait for the next answer.
            long until = Clock.sinceEpoch();
            for (Tap tap : taps) {
                tap.drain(until, more);
            }
            for (Sighting sighting : more) {
                (sighting.nanos() > until ? held : seen).add(sighting);
            }
        }
        if (seen.isEmpty()) { // only later ones, which nothing can be before
            seen.addAll(held);
            held.clear();
        }
        seen.sort(Comparator.comparingLong(Sighting::nanos));
        return seen;
    }

    private boolean poll(Arena arena, Duration patience) {
        MemorySegment poll = arena.allocate((long) POLLFD * Math.max(taps.size(), 1), 8);
        for (int i = 0; i < taps.size(); i++) {
            // struct pollfd: int fd, short events, short revents
            poll.set(ValueLayout.JAVA_INT, (long) i * POLLFD, taps.get(i).descriptor());
            poll.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD + 4, POLLIN);
        }
        MemorySegment timeout = arena.allocate(16, 8);
        timeout.set(ValueLayout.JAVA_LONG, 0, patience.toSeconds());
        timeout.set(ValueLayout.JAVA_LONG, 8, patience.toNanosPart());
        return Linux.call(
                        "wait for packets at " + taps.size() + " taps",
                        Linux.Call.PPOLL,
                        poll.address(),
                        taps.size(),
                        timeout.address(),
                        0,
                        0,
                        0)
                > 0;
    }

    /** What became of the packets so far, for each point in the order in which they were opened. */
    public List<TapCounts> counts() {
        return taps.stream().map(Tap::counts).toList();
    }

    @Override
    public void close() {
        requireAll(sideBySide(taps, tap -> {
            tap.close();
            return true;
        }));
    }
}
