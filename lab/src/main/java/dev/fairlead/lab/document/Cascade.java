package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets go of owners whose deletion says what is to become of what they own: {@code orphan} leaves it alone, {@code
 * foregroundDeletion} waits until it is gone (a Deployment for its ReplicaSets, not for their pods). What a deletion in the background means, the garbage collector of {@code
 * control} does.
 */
final class Cascade {
    private static final List<Resource> OWNED = List.of(Resources.REPLICA_SETS, Resources.PODS);
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final ObjectStore.Draft draft;
    private final Consumer<ObjectNode> changed;

    /** @param changed is told of objects that have lost their owner */
    Cascade(ObjectStore.Draft draft, Consumer<ObjectNode> changed) {
        this.draft = draft;
        this.changed = changed;
    }

    void work() {
        for (Resource owner : List.of(Resources.DEPLOYMENTS, Resources.REPLICA_SETS)) {
            for (ObjectNode object : draft.list(owner.name(), "")) {
                if (object.path("metadata").has("deletionTimestamp")) {
                    end(owner, object);
                }
            }
        }
    }

    private void end(Resource resource, ObjectNode owner) {
        JsonNode metadata = owner.path("metadata");
        String uid = metadata.path("uid").asText();
        ArrayNode left = JsonNodeFactory.instance.arrayNode();
        for (JsonNode finalizer : metadata.path("finalizers")) {
            boolean done = switch (finalizer.asText()) {
                case ORPHAN -> release(uid);
                case FOREGROUND -> owned(uid).isEmpty();
                default -> false;
            };
            if (!done) {
                left.add(finalizer);
            }
        }
        if (left.size() == metadata.path("finalizers").size()) {
            return;
        }
        ObjectNode after = owner.deepCopy();
        after.withObjectProperty("metadata").set("finalizers", left);
        ObjectKey key = resource.key(
                metadata.path("namespace").asText(), metadata.path("name").asText());
        draft.put(key, after);
        if (left.isEmpty()) {
            draft.remove(key);
        }
    }

    private record Owned(ObjectKey key, ObjectNode object) {}

    private List<Owned> owned(String uid) {
        List<Owned> owned = new ArrayList<>();
        for (Resource resource : OWNED) {
            for (ObjectNode object : draft.list(resource.name(), "")) {
                JsonNode metadata = object.path("metadata");
                for (JsonNode reference : metadata.path("ownerReferences")) {
                    if (reference.path("uid").asText().equals(uid)) {
                        owned.add(new Owned(
                                resource.key(
                                        metadata.path("namespace").asText(),
                                        metadata.path("name").asText()),
                                object));
                    }
                }
            }
        }
        return owned;
    }

    private boolean release(String uid) {
        for (Owned one : owned(uid)) {
            ObjectNode object = one.object().deepCopy();
            ArrayNode references = JsonNodeFactory.instance.arrayNode();
            for (JsonNode reference : object.path("metadata").path("ownerReferences")) {
                if (!reference.path("uid").asText().equals(uid)) {
                    references.add(reference);
                }
            }
            ObjectNode metadata = object.withObjectProperty("metadata");
            metadata.set("ownerReferences", references);
            if (references.isEmpty()) {
                metadata.remove("ownerReferences");
            }
            changed.accept(draft.put(one.key(), object));
        }
        return true;
    }
}
