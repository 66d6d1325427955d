/**
 * Packets that the kernel drops, with its own reason: told by a small eBPF program at the tracepoint {@code skb:kfree_skb}, which only
 * reads. Source: {@code bpf(2)}, {@code <linux/bpf.h>}, {@code Documentation/bpf/ringbuf.rst}.
 *
 * <p>Start with {@link dev.fairlead.kernel.drops.Drops}, which is armed while it is open; what is wanted is a {@link
 * dev.fairlead.kernel.drops.DropFilter}, and what was dropped a {@link dev.fairlead.kernel.drops.Drop}. Values are immutable; what is
 * armed is used by one thread at a time.
 */
@NullMarked
package dev.fairlead.kernel.drops;

import org.jspecify.annotations.NullMarked;
