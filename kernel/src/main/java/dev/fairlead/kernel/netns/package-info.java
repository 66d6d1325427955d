/**
 * Network namespaces, {@code network_namespaces(7)}: make one, open one by path or process, run code inside.
 *
 * <p>A namespace belongs to a kernel thread. Code runs inside one only on a fresh platform thread that ends afterwards, so
 * that no pooled or virtual thread ever carries a foreign namespace. Start with {@link dev.fairlead.kernel.netns.Netns}.
 */
@NullMarked
package dev.fairlead.kernel.netns;

import org.jspecify.annotations.NullMarked;
