/**
 * The running kernel's description of its own types: where members are in its structures, and what its enumerations' numbers are called.
 * Source: {@code Documentation/bpf/btf.rst}. Start with {@link dev.fairlead.kernel.btf.KernelTypes}.
 */
@NullMarked
package dev.fairlead.kernel.btf;

import org.jspecify.annotations.NullMarked;
