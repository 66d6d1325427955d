/**
 * What the Linux kernel can be asked for, spoken directly: no program is run, no Kubernetes word is known.
 *
 * <p>One package per kernel family: {@code sys} (system calls), {@code netns}, {@code process}, {@code netlink} (the
 * protocol), on top of it {@code route}, {@code nftables} and {@code conntrack}, {@code tap} (packets as they pass), {@code drops}
 * (packets that the kernel drops) and {@code btf} (how it describes its own types). This package holds the errors they
 * share; start reading at {@link dev.fairlead.kernel.KernelException}.
 */
@NullMarked
package dev.fairlead.kernel;

import org.jspecify.annotations.NullMarked;
