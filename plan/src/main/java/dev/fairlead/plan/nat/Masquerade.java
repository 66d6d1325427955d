package dev.fairlead.plan.nat;

import java.util.Locale;

/** Whether what a pod sends to addresses outside the pod network leaves with the node's address. */
public enum Masquerade {
    /** As the node does for all: its network doesn't say. */
    AS_NODE,
    ON,
    OFF;

    /** As it stands in the state file. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
