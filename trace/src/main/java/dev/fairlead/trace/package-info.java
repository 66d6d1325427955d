/**
 * Where a packet would go, where it did go, and both side by side. Start at {@link dev.fairlead.trace.Hop}: a prediction and an
 * observation are lists of these. Everything here is a value and safe for any thread.
 */
@NullMarked
package dev.fairlead.trace;

import org.jspecify.annotations.NullMarked;
