/**
 * Streams into pods, apart from how they are carried and from what a pod is: {@code exec}, {@code attach} and {@code
 * portforward} of KEP-4006.
 *
 * <p>Start with {@link dev.fairlead.api.stream.PodStreams}, which whoever runs the pods implements, and {@link
 * dev.fairlead.api.stream.Dialogue}, what is carried by a WebSocket.
 */
@NullMarked
package dev.fairlead.api.stream;

import org.jspecify.annotations.NullMarked;
