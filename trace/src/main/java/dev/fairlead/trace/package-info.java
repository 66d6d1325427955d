/**
 * Where a packet would go, where it did go, and both side by side. Start at {@link dev.fairlead.trace.Hop}: a prediction and an
 * observation are lists of these. {@link dev.fairlead.trace.Predictor} makes the one, {@link dev.fairlead.trace.TraceText} prints
 * both. The records are values and safe for any thread.
 */
@NullMarked
package dev.fairlead.trace;

import org.jspecify.annotations.NullMarked;
