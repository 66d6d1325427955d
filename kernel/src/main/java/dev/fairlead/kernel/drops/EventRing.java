package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Mapping;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * Reads a map of type {@code BPF_MAP_TYPE_RINGBUF}, {@code Documentation/bpf/ringbuf.rst}: a page with how far we have read, one with how
 * far the kernel has written, and the records, twice one after the other, so that none is ever cut. For one thread at a time.
 */
final class EventRing implements AutoCloseable {
    /** {@code BPF_RINGBUF_HDR_SZ}, {@code BPF_RINGBUF_BUSY_BIT}, {@code BPF_RINGBUF_DISCARD_BIT}. */
    private static final int HEADER = 8, BUSY = 1 << 31, DISCARD = 1 << 30;

    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

    private final int size;
    private final long page;
    private final Mapping read;
    private final Mapping written;

    private EventRing(int size, long page, Mapping read, Mapping written) {
        this.size = size;
        this.page = page;
        this.read = read;
        this.written = written;
    }

    /** @param size of the ring in bytes, a power of two and whole pages */
    static EventRing of(Fd map, int size) {
        long page = Mapping.pageSize();
        Mapping read = Mapping.of(map, 0, page, true);
        try {
            return new EventRing(size, page, read, Mapping.of(map, page, page + 2L * size, false));
        } catch (RuntimeException e) {
            read.close();
            throw e;
        }
    }

    /** Whether something was written since the last time. */
    boolean hasMore() {
        return (long) POSITION.getAcquire(read.memory(), 0L) < (long) POSITION.getAcquire(written.memory(), 0L);
    }

    /** Hands on what was written since the last time; the records are the kernel's again afterwards. */
    void drain(Consumer<MemorySegment> reader) {
        MemorySegment ring = written.memory();
        long at = (long) POSITION.getAcquire(read.memory(), 0L);
        while (at < (long) POSITION.getAcquire(ring, 0L)) {
            long record = page + (at & size - 1);
            int length = (int) LENGTH.getAcquire(ring, record);
            if ((length & BUSY) != 0) {
                return; // being written just now
            }
            int bytes = length & ~(BUSY | DISCARD);
            if ((length & DISCARD) == 0) {
                reader.accept(ring.asSlice(record + HEADER, bytes));
            }
            at += HEADER + (bytes + 7 & ~7L);
            POSITION.setRelease(read.memory(), 0L, at);
        }
    }

    @Override
    public void close() {
        read.close();
        written.close();
    }
}
