package dev.fairlead.kernel.sys;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owner of memory that is shared with the kernel, {@code mmap(2)} with {@code MAP_SHARED}: given back once, by {@link #close}. Safe
 * from any thread; whoever uses the memory sees to it that it isn't closed meanwhile.
 */
public final class Mapping implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private final MemorySegment memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Mapping(MemorySegment memory) {
        this.memory = memory;
    }

    /**
     * Maps a part of a file, which may be closed afterwards.
     *
     * @param offset and {@code length} in bytes, the former a multiple of the page size
     * @throws dev.fairlead.kernel.SyscallException naming the file when the kernel refuses
     */
    public static Mapping of(Fd file, long offset, long length, boolean writable) {
        int access = PROT_READ | (writable ? PROT_WRITE : 0);
        long address = Linux.call("map " + file, Linux.Call.MMAP, 0, length, access, MAP_SHARED, file.number(), offset);
        return new Mapping(MemorySegment.ofAddress(address).reinterpret(length));
    }

    /** In bytes, {@code getpagesize(2)}. */
    public static int pageSize() {
        return PageSize.BYTES;
    }

    /** Asked once, and only where something is mapped: the stub costs time. */
    private static final class PageSize {
        private static final int BYTES = ask();

        private static int ask() {
            try {
                return (int) Linux.bindLibc("getpagesize").invokeExact(0L, 0L, 0L, 0L, 0L, 0L);
            } catch (Throwable t) {
                throw new AssertionError("the linker failed on getpagesize", t);
            }
        }
    }

    /** @throws IllegalStateException when it has been given back: touching it would end the process */
    public MemorySegment memory() {
        if (closed.get()) {
            throw new IllegalStateException("this memory has been given back");
        }
        return memory;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            long unused = Linux.raw(Linux.Call.MUNMAP, memory.address(), memory.byteSize(), 0);
        }
    }
}
