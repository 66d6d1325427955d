package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.kernel.sys.Fd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets any number listen to one {@link DropKit} at the same time. The program is at its tracepoint only while somebody does; all of it
 * goes with this object's descriptors, however the process ends. Any thread.
 */
public final class DropSource implements AutoCloseable {
    private static final String TRACEPOINT = "kfree_skb";

    private final DropKit kit;
    /** How many listeners want each key. */
    private final Map<ByteBuffer, Integer> wanted = new HashMap<>();

    private final List<Drops> listeners = new ArrayList<>();
    private Optional<Armed> armed = Optional.empty();

    /** @param kit is this object's then */
    public DropSource(DropKit kit) {
        this.kit = kit;
    }

    /** The program's place at the tracepoint, and what it writes. */
    private record Armed(Fd place, EventRing ring) implements AutoCloseable {
        static Armed of(DropKit kit) {
            EventRing ring = EventRing.of(kit.events(), DropKit.RING);
            try {
                ring.drain(_ -> {}); // of listeners before
                return new Armed(BpfCalls.attach(kit.program(), TRACEPOINT), ring);
            } catch (RuntimeException e) {
                ring.close();
                throw e;
            }
        }

        @Override
        public void close() {
            place.close();
            ring.close();
        }
    }

    /**
     * Begins to listen.
     *
     * @throws SyscallException when the kernel refuses
     */
    public Drops listen(DropFilter filter) {
        return listen(filter, false);
    }

    /** @param owned whether this goes with its listener */
    synchronized Drops listen(DropFilter filter, boolean owned) {
        List<ByteBuffer> added = new ArrayList<>();
        try {
            for (ByteBuffer key : Wanted.of(filter)) {
                if (!wanted.containsKey(key)) {
                    BpfCalls.add(kit.wanted(), key.array());
                }
                wanted.merge(key, 1, Integer::sum);
                added.add(key);
            }
            drain(); // what was dropped before is not this one's
            if (armed.isEmpty()) {
                armed = Optional.of(Armed.of(kit));
            }
            Drops listener = new Drops(this, filter, owned, kit.lost());
            listeners.add(listener);
            return listener;
        } catch (RuntimeException e) {
            forget(added);
            throw e;
        }
    }

    /** Gives each listener what was dropped since the last time. */
    synchronized void drain() {
        armed.filter(from -> from.ring.hasMore()).ifPresent(from -> {
            long boot = Clock.boot();
            from.ring.drain(event -> {
                Drop drop = Event.read(event, kit.reasons(), boot);
                listeners.forEach(listener -> listener.hear(drop));
            });
        });
    }

    synchronized long lostSince(long before) {
        return armed.isEmpty() ? 0 : kit.lost() - before;
    }

    synchronized void leave(Drops listener, DropFilter filter) {
        if (listeners.remove(listener)) {
            forget(Wanted.of(filter));
        }
    }

    /** Takes out what nobody else wants. */
    private void forget(Iterable<ByteBuffer> keys) {
        if (listeners.isEmpty()) {
            armed.ifPresent(Armed::close);
            armed = Optional.empty();
        }
        for (ByteBuffer key : keys) {
            if (wanted.merge(key, -1, Integer::sum) == 0) {
                wanted.remove(key);
                BpfCalls.remove(kit.wanted(), key.array());
            }
        }
    }

    /** Then nothing is armed any more; who listens still hears nothing more. */
    @Override
    public synchronized void close() {
        listeners.clear();
        armed.ifPresent(Armed::close);
        armed = Optional.empty();
        kit.close();
    }
}
