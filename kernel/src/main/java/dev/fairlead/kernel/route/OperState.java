package dev.fairlead.kernel.route;

/** RFC 2863 operational state, {@code IF_OPER_*} of {@code <linux/if.h>}, in the kernel's numbering. */
public enum OperState {
    UNKNOWN,
    NOTPRESENT,
    DOWN,
    LOWERLAYERDOWN,
    TESTING,
    DORMANT,
    UP;

    private static final OperState[] ALL = values();

    /** A number this list doesn't have reads as {@link #UNKNOWN}. */
    static OperState of(int number) {
        return number < ALL.length ? ALL[number] : UNKNOWN;
    }
}
