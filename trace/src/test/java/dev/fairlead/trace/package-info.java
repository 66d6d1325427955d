/** Tests of predictions and of how they print. Start at {@link dev.fairlead.trace.PredictorTest}. */
@NullMarked
package dev.fairlead.trace;

import org.jspecify.annotations.NullMarked;
