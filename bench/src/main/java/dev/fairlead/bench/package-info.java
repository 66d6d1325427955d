/**
 * Side-by-side measurements: the contestants take turns in one run, and what counts is their ratio.
 *
 * <p>Start with {@link dev.fairlead.bench.Rounds}; {@link dev.fairlead.bench.CniBench}, {@link dev.fairlead.bench.LabBench}
 * and {@link dev.fairlead.bench.BridgeBench} are what {@code ./fairlead bench} runs. What they found is in
 * docs/performance.md. One thread runs a measurement; everything it makes is gone when it ends.
 */
@NullMarked
package dev.fairlead.bench;

import org.jspecify.annotations.NullMarked;
