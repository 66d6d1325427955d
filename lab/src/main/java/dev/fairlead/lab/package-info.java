/**
 * A whole Kubernetes cluster on one Linux machine, in one process: its nodes and pods are namespaces, its data path is the
 * kernel's, and each of its nodes is served by a real agent.
 *
 * <p>Start with {@link dev.fairlead.lab.LabHost}, the process, and {@link dev.fairlead.lab.Lab}, what runs in it. {@code
 * manifest} reads what people write, {@code model} keeps it, {@code document} is the same as kubectl sees it, {@code control} makes pods of it, {@code node} puts them on the
 * kernel, {@code workload} is what the built-in images do, {@code door} is how commands reach a lab, {@code demo} is the ten
 * rows. Decisions are made on one thread, the lab's loop; see {@link dev.fairlead.lab.Lab}.
 */
@NullMarked
package dev.fairlead.lab;

import org.jspecify.annotations.NullMarked;
