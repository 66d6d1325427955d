package dev.fairlead.bench;

/** Hears how far a measurement is. */
@FunctionalInterface
public interface Progress {
    /** @param what is measured, such as {@code cni} */
    void at(String what, int done, int of);
}
