package dev.fairlead.lab.log;

import java.time.Instant;

/**
 * What a reader wants of a log, as {@code v1.PodLogOptions} has it.
 *
 * @param follow go on until the container ends
 * @param tailLines the last so many lines, {@link Long#MAX_VALUE} for all
 * @param since only what was printed from then on; {@link Instant#MIN} for all
 * @param timestamps put the time in front of each line
 * @param limitBytes end after so many, {@link Long#MAX_VALUE} for all
 */
public record LogOptions(boolean follow, long tailLines, Instant since, boolean timestamps, long limitBytes) {
    /** All there is. */
    public static final LogOptions WHOLE = new LogOptions(false, Long.MAX_VALUE, Instant.MIN, false, Long.MAX_VALUE);
}
