package dev.fairlead.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One change of the store.
 *
 * @param revision the store's counter after it, also the object's {@code metadata.resourceVersion}
 * @param object what it became; of a deletion, its last state under the revision of the deletion
 * @param before what it was; absent where it is new
 */
public record StoreEvent(long revision, Change change, ObjectKey key, ObjectNode object, Optional<ObjectNode> before) {

    /** As watches name them. */
    public enum Change {
        ADDED,
        MODIFIED,
        DELETED
    }
}
