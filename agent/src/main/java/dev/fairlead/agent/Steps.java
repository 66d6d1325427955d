package dev.fairlead.agent;

import dev.fairlead.plan.ipam.Attachment;

/** Told of every step of every CNI call, on the call's own thread. A test ends a call here to see what is left of it. */
@FunctionalInterface
interface Steps {
    Steps UNHEARD = (step, attachment) -> {};

    void reached(Step step, Attachment attachment);

    /** Told of what an agent makes while it starts, such as {@code the bridge}. */
    default void made(String what) {}
}
