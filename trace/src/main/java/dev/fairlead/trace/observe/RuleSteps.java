package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.expression.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What a packet's steps through a chain say. */
final class RuleSteps {
    private RuleSteps() {}

    /** Whether a rule decided something: it has a verdict other than to go on. */
    static boolean isDecision(TraceEvent step) {
        return step.kind() == TraceEvent.Kind.RULE
                && step.ruleHandle() != 0
                && !step.verdict().equals(Verdict.CONTINUE)
                && !step.verdict().equals(Verdict.RETURN)
                && !step.verdict().isJump()
                && !step.verdict().isGoto();
    }

    /** The chains it went through, as {@code nat-prerouting → services → service-PFISGYVC-default/web/tcp/}. */
    static String chains(Pass pass) {
        List<String> chains = new ArrayList<>();
        for (TraceEvent step : pass.steps()) {
            if (chains.isEmpty() || !chains.getLast().equals(step.chain())) {
                chains.add(step.chain());
            }
        }
        return "table " + pass.steps().getFirst().family() + " " + pass.table() + ": " + String.join(" → ", chains);
    }
}
