package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.expression.Verdict;

/**
 * A rule that a packet met, or a chain's end.
 *
 * @param id the same for all steps of a packet at one hook
 * @param kind what decided
 * @param rule its handle; 0 where no rule decided
 * @param verdict of the rule, or the policy at a base chain's end
 */
public record Step(
        long id, TableFamily family, String table, String chain, TraceEvent.Kind kind, long rule, Verdict verdict) {

    static Step of(TraceEvent event) {
        return new Step(
                event.id(),
                event.family(),
                event.table(),
                event.chain(),
                event.kind(),
                event.ruleHandle(),
                event.verdict());
    }

    /** Whether a rule decided something: it has a verdict other than to go on. */
    boolean isDecision() {
        return kind == TraceEvent.Kind.RULE
                && rule != 0
                && !verdict.equals(Verdict.CONTINUE)
                && !verdict.equals(Verdict.RETURN)
                && !verdict.isJump()
                && !verdict.isGoto();
    }
}
