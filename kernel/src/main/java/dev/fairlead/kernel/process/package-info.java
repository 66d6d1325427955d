/**
 * Processes in namespaces of our choosing: {@code namespaces(7)}, {@code pid_namespaces(7)}, {@code pidfd_open(2)}.
 *
 * <p>A {@link dev.fairlead.kernel.process.Spawn} is a value that says what to start and where; starting it runs the
 * preparations on a thread of its own that ends, and gives a {@link dev.fairlead.kernel.process.Child}. {@link
 * dev.fairlead.kernel.process.Children} is the one thread that waits for all of them.
 */
@NullMarked
package dev.fairlead.kernel.process;

import org.jspecify.annotations.NullMarked;
