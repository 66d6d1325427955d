package dev.fairlead.cni;

import java.util.Optional;

/** What {@code CNI_COMMAND} may say (SPEC.md section 2, CNI operations). */
public enum Verb {
    ADD,
    DEL,
    CHECK,
    GC,
    STATUS,
    VERSION;

    /** By exact name: the specification writes verbs in capitals only. */
    public static Optional<Verb> parse(String text) {
        for (Verb verb : values()) {
            if (verb.name().equals(text)) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }

    /** True for ADD, DEL and CHECK, which concern one interface of one container; GC and STATUS concern a network. */
    public boolean concernsAttachment() {
        return this == ADD || this == DEL || this == CHECK;
    }
}
