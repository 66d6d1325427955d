/**
 * Packets that the kernel drops, with its own reason: told by a small eBPF program at the tracepoint {@code skb:kfree_skb}, which only
 * reads. Source: {@code bpf(2)}, {@code <linux/bpf.h>}, {@code Documentation/bpf/ringbuf.rst}.
 *
 * <p>Start with {@link dev.fairlead.kernel.drops.Drops}, which is armed while it is open; what is wanted is a {@link
 * dev.fairlead.kernel.drops.DropFilter}, and what was dropped a {@link dev.fairlead.kernel.drops.Drop}. A process that may not make
 * such a program can be lent a {@link dev.fairlead.kernel.drops.DropKit}. Values are immutable; who listens does so with one thread
 * at a time.
 */
@NullMarked
package dev.fairlead.kernel.drops;

import org.jspecify.annotations.NullMarked;
