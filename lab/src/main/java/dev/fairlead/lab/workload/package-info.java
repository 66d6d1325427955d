/**
 * The images that are built into the lab: an HTTP server, an echo server and a client that loads a Service. They run in the
 * lab's JVM, on sockets that a thread inside the pod's network namespace opened, so that a thousand pods cost a thousand
 * pause processes and nothing more; their traffic is the kernel's like any other.
 *
 * <p>Start with {@link dev.fairlead.lab.workload.Running}. Each workload owns its sockets and threads and ends them in close.
 */
@NullMarked
package dev.fairlead.lab.workload;

import org.jspecify.annotations.NullMarked;
