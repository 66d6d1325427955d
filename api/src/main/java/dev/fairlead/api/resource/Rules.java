package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectStore;
import java.util.List;

/**
 * What is particular to a kind. The server calls, for each write: {@link #defaults}, then {@link #prepareCreate} or
 * {@link #prepareUpdate}, then {@link #validate} and for an update {@link #validateUpdate}, and when nothing is wrong
 * {@link #allocate}. Documents that are handed in may be changed, those called {@code before} may not.
 */
public interface Rules {
    /** For kinds that have nothing of their own. */
    Rules PLAIN = new Rules() {};

    /** Sets fields that were left out. */
    default void defaults(ObjectNode object) {}

    /** Before a new object is checked: gives it the status that new objects have. */
    default void prepareCreate(ObjectNode object) {}

    /** Before a changed object is checked: keeps what a writer may not set. */
    default void prepareUpdate(ObjectNode object, ObjectNode before) {}

    default void validate(ObjectNode object, List<FieldError> errors) {}

    /** What may not change. */
    default void validateUpdate(ObjectNode object, ObjectNode before, List<FieldError> errors) {}

    /** Gives a checked object what only the server can give, such as an address, in the transaction that stores it. */
    default void allocate(ObjectNode object, ObjectStore.Draft draft, List<FieldError> errors) {}

    /** An object goes: what was allocated is given back, in the same transaction. */
    default void release(ObjectNode object, ObjectStore.Draft draft) {}

    /** Whether deleting it only marks it, and somebody else removes it when its end has been worked through. */
    default long graceSeconds(ObjectNode object, ObjectNode deleteOptions) {
        return 0;
    }
}
