package dev.fairlead.agent;

import java.util.List;

/**
 * What was found when leases and the kernel's links were compared, and what was done about it.
 *
 * @param findings one sentence each; empty when they agree
 */
public record Reconciliation(List<String> findings) {
    public Reconciliation {
        findings = List.copyOf(findings);
    }

    public boolean isClean() {
        return findings.isEmpty();
    }

    /** A line for each finding, for people. */
    @Override
    public String toString() {
        return isClean() ? "leases and links agree" : String.join("\n", findings);
    }
}
