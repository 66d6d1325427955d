package dev.fairlead.agent;

import dev.fairlead.plan.ipam.Attachment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * One ADD or DEL on its way through the agent: when it reached which step, and what is to be done once the runtime has its
 * answer or is known to have lost it. Confined to the call's thread until it has ended.
 */
final class CniCallRecord {
    /** The record of the call that this thread serves. */
    static final ScopedValue<CniCallRecord> CURRENT = ScopedValue.newInstance();

    private static final long AFTER_ANSWER_NANOS = 2_000_000;

    private final long begin = System.nanoTime();
    private final long since = System.currentTimeMillis();
    private final List<Reached> reached = new ArrayList<>();
    private String verb = "";
    private String attachment = "";
    private String trace = "";
    private Runnable delivered = () -> {};
    private Runnable lost = () -> {};

    private record Reached(String word, long nanos) {}

    static void mark(Step step, Attachment attachment) {
        if (CURRENT.isBound() && !step.word().isEmpty()) {
            CURRENT.get().reached(step.word());
        }
    }

    /**
     * Says what kind of call this is.
     *
     * @param traceparent W3C Trace Context, {@code 00-<trace id>-<span id>-<flags>}, or empty
     */
    static void describe(String verb, Attachment attachment, String traceparent) {
        if (CURRENT.isBound()) {
            CniCallRecord call = CURRENT.get();
            call.verb = verb;
            call.attachment = attachment.toString();
            call.trace = traceId(traceparent).orElse("");
        }
    }

    private static Optional<String> traceId(String traceparent) {
        String[] parts = traceparent.split("-", -1);
        boolean good = parts.length >= 4 && parts[1].length() == 32;
        for (int i = 0; good && i < parts[1].length(); i++) {
            good = Character.digit(parts[1].charAt(i), 16) >= 0;
        }
        return good ? Optional.of(parts[1].toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    /** Says what follows the answer: one thing when the runtime has it, another when it never will. */
    static void afterwards(Runnable whenDelivered, Runnable whenLost) {
        if (CURRENT.isBound()) {
            CURRENT.get().delivered = whenDelivered;
            CURRENT.get().lost = whenLost;
        } else {
            whenDelivered.run();
        }
    }

    void reached(String word) {
        reached.add(new Reached(word, System.nanoTime()));
    }

    /**
     * Does what follows the answer, a moment later where the runtime has it: on a machine with few processors this would
     * take them from the plugin's process, for whose end the runtime waits, and from the runtime.
     */
    void answered(boolean arrived) {
        if (arrived) {
            LockSupport.parkNanos(AFTER_ANSWER_NANOS);
        }
        (arrived ? delivered : lost).run();
    }

    /** Whether it was an ADD or DEL that was understood. */
    boolean isNotable() {
        return !verb.isEmpty();
    }

    /** Time, verb, attachment, outcome, milliseconds, those of each step, and trace id, with tabs between. */
    String line(boolean ok) {
        StringBuilder steps = new StringBuilder();
        long last = begin;
        for (Reached step : reached) {
            steps.append(steps.isEmpty() ? "" : ", ")
                    .append(step.word())
                    .append(' ')
                    .append(ms(step.nanos() - last));
            last = step.nanos();
        }
        String time = java.time.Instant.ofEpochMilli(since).toString();
        return String.join(
                "\t", time, verb, attachment, ok ? "ok" : "failed", ms(last - begin), steps.toString(), trace);
    }

    private static String ms(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
    }
}
