/** Tests of predictions and of how they print. Start at {@code PredictorTest}. */
@NullMarked
package dev.fairlead.trace;

import org.jspecify.annotations.NullMarked;
