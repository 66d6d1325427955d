package dev.fairlead.kernel.process;

import dev.fairlead.kernel.sys.Linux;

/** Ending this process at once, {@code exit_group(2)}. */
public final class Exit {
    private Exit() {}

    /**
     * Ends it without shutdown hooks and without flushing anything. The JVM's own way waits up to 300 ms for threads that wait
     * in the kernel, HotSpot's {@code VM_Exit::wait_for_threads_in_native_to_block}.
     */
    public static void now(int code) {
        Linux.raw(Linux.Call.EXIT_GROUP, code, 0, 0);
    }
}
