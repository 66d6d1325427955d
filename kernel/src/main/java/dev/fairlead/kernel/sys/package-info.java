/**
 * System calls through the foreign function interface, and the descriptors they hand out.
 *
 * <p>{@link dev.fairlead.kernel.sys.Linux} is the one class that holds the linker; {@link dev.fairlead.kernel.sys.Fd} owns a
 * descriptor. Numbers and structures are those of {@code <asm/unistd.h>} and the uapi headers for 64-bit little-endian
 * Linux (x86-64 and aarch64). Calls may be made from any thread; what a call does to the thread (setns, unshare) is said
 * at the call.
 */
@NullMarked
package dev.fairlead.kernel.sys;

import org.jspecify.annotations.NullMarked;
