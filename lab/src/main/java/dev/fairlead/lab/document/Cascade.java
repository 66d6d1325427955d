package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.Rules;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.StoreEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;

/**
 * Lets go of owners whose deletion says what is to become of what they own: {@code orphan} leaves it alone, {@code
 * foregroundDeletion} waits until it is gone, pods of a Deployment's ReplicaSets included. What a deletion in the background
 * means, the garbage collector of {@code control} does. Documents are noted by any thread; the rest belongs to the lab's loop.
 */
final class Cascade {
    private static final List<Resource> OWNED = List.of(Resources.REPLICA_SETS, Resources.PODS);
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final Map<String, Rules> rules;
    /** What is deleted and held by one of these finalizers. */
    private final Set<ObjectKey> held = new ConcurrentSkipListSet<>();

    /** @param documents of a lab that was there before, or none */
    Cascade(ObjectStore documents, Map<String, Rules> rules) {
        this.rules = rules;
        for (Resource resource : Resources.ALL) {
            for (ObjectNode object : documents.list(resource.name(), "").objects()) {
                if (isHeld(object)) {
                    held.add(key(resource, object));
                }
            }
        }
    }

    private static ObjectKey key(Resource resource, ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        return resource.key(
                metadata.path("namespace").asText(), metadata.path("name").asText());
    }

    private static boolean isHeld(JsonNode object) {
        return object.path("metadata").has("deletionTimestamp")
                && (hasFinalizer(object, ORPHAN) || hasFinalizer(object, FOREGROUND));
    }

    private static boolean hasFinalizer(JsonNode object, String name) {
        for (JsonNode finalizer : object.path("metadata").path("finalizers")) {
            if (finalizer.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Something was stored. */
    void note(List<StoreEvent> events) {
        for (StoreEvent event : events) {
            if (event.change() != StoreEvent.Change.DELETED && isHeld(event.object())) {
                held.add(event.key());
            } else {
                held.remove(event.key());
            }
        }
    }

    /**
     * Makes a document that is about to be deleted wait for what it owns, where its own owner waits for it: as the real garbage
     * collector does, which deletes what blocks a foreground deletion in the foreground too.
     */
    static void follow(ObjectNode object, ObjectStore.Draft draft) {
        JsonNode metadata = object.path("metadata");
        for (JsonNode reference : metadata.path("ownerReferences")) {
            boolean waits = Resources.ofKind(
                            reference.path("apiVersion").asText(),
                            reference.path("kind").asText())
                    .flatMap(resource -> draft.find(resource.key(
                            metadata.path("namespace").asText(),
                            reference.path("name").asText())))
                    .filter(owner -> owner.path("metadata").has("deletionTimestamp")
                            && owner.path("metadata").path("uid").equals(reference.path("uid"))
                            && hasFinalizer(owner, FOREGROUND))
                    .isPresent();
            if (waits
                    && !hasFinalizer(object, FOREGROUND)
                    && !owned(metadata.path("uid").asText(), draft).isEmpty()) {
                object.withObjectProperty("metadata")
                        .withArrayProperty("finalizers")
                        .add(FOREGROUND);
            }
        }
    }

    /** @param changed is told of objects that have lost their owner */
    void work(ObjectStore.Draft draft, Consumer<ObjectNode> changed) {
        boolean again = !held.isEmpty();
        while (again) { // an owner's owner comes before it by name
            again = false;
            for (ObjectKey key : held) {
                again |= draft.find(key)
                        .filter(object -> end(key, object, draft, changed))
                        .isPresent();
            }
        }
    }

    /** @return whether it is held by less than before */
    private boolean end(ObjectKey key, ObjectNode owner, ObjectStore.Draft draft, Consumer<ObjectNode> changed) {
        JsonNode metadata = owner.path("metadata");
        String uid = metadata.path("uid").asText();
        ArrayNode left = JsonNodeFactory.instance.arrayNode();
        for (JsonNode finalizer : metadata.path("finalizers")) {
            boolean done = switch (finalizer.asText()) {
                case ORPHAN -> release(uid, draft, changed);
                case FOREGROUND -> owned(uid, draft).isEmpty();
                default -> false;
            };
            if (!done) {
                left.add(finalizer);
            }
        }
        if (left.size() == metadata.path("finalizers").size()) {
            return false;
        }
        ObjectNode after = owner.deepCopy();
        ObjectNode freed = after.withObjectProperty("metadata");
        freed.set("finalizers", left);
        if (left.isEmpty()) {
            freed.remove("finalizers");
        }
        draft.put(key, after);
        boolean terminates = metadata.path("deletionGracePeriodSeconds").asLong() > 0
                || !owner.path("spec").path("finalizers").isEmpty(); // a namespace's
        if (left.isEmpty() && !terminates) {
            rules.getOrDefault(key.resource(), Rules.PLAIN).release(after, draft);
            draft.remove(key);
        }
        return true;
    }

    private record Owned(ObjectKey key, ObjectNode object) {}

    private static List<Owned> owned(String uid, ObjectStore.Draft draft) {
        List<Owned> owned = new ArrayList<>();
        for (Resource resource : OWNED) {
            for (ObjectNode object : draft.list(resource.name(), "")) {
                for (JsonNode reference : object.path("metadata").path("ownerReferences")) {
                    if (reference.path("uid").asText().equals(uid)) {
                        owned.add(new Owned(key(resource, object), object));
                    }
                }
            }
        }
        return owned;
    }

    private static boolean release(String uid, ObjectStore.Draft draft, Consumer<ObjectNode> changed) {
        for (Owned one : owned(uid, draft)) {
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
