package dev.fairlead.kernel.nftables;

/**
 * A number that changes with every change to any table of a namespace, and who made the last change.
 *
 * @param id {@code NFTA_GEN_ID}
 * @param pid process that made the change, as the asking process sees it; 0 when not said
 * @param process its name, empty when not said
 */
public record Generation(long id, long pid, String process) {}
