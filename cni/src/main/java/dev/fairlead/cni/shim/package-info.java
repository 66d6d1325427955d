/**
 * The frames between the static C shim {@code fairlead-cni} and the agent's unix socket, as pure functions over bytes.
 *
 * <p>One request a connection, all integers unsigned 32 bit, big-endian. The source of the layout is
 * {@link dev.fairlead.cni.shim.ShimFrames}, where to start too; the C side is {@code native/}. Everything is immutable or
 * without state, and safe for any thread.
 */
@NullMarked
package dev.fairlead.cni.shim;

import org.jspecify.annotations.NullMarked;
