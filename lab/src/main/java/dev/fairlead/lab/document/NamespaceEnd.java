package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.Rules;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Store;
import java.util.Map;

/** Empties namespaces that are being deleted, and lets them go when nothing is left in them. */
final class NamespaceEnd {
    /** To be called in the transaction after whatever changed something. */
    void work(ObjectStore.Draft draft, Store records, Map<String, Rules> rules) {
        for (ObjectNode namespace : draft.list(Resources.NAMESPACES.name(), "")) {
            JsonNode metadata = namespace.path("metadata");
            if (metadata.has("deletionTimestamp")) {
                String name = metadata.path("name").asText();
                boolean empty = true;
                for (Resource resource : Resources.ALL) {
                    empty &= !resource.namespaced() || empty(resource, name, draft, records, rules);
                }
                if (empty && metadata.path("finalizers").isEmpty()) {
                    draft.remove(Resources.NAMESPACES.key("", name));
                }
            }
        }
    }

    private static boolean empty(
            Resource resource, String namespace, ObjectStore.Draft draft, Store records, Map<String, Rules> rules) {
        for (ObjectNode object : draft.list(resource.name(), namespace)) {
            JsonNode metadata = object.path("metadata");
            String name = metadata.path("name").asText();
            for (Kind kind : Kind.values()) {
                if (Documents.resource(kind).equals(resource)) {
                    var unused = records.delete(kind, new dev.fairlead.lab.model.ObjectKey(namespace, name));
                }
            }
            ObjectKey key = resource.key(namespace, name);
            if (!isOfTheLab(resource) && metadata.path("finalizers").isEmpty()) {
                rules.getOrDefault(resource.name(), Rules.PLAIN).release(object, draft);
                draft.remove(key);
            }
        }
        return draft.list(resource.name(), namespace).isEmpty();
    }

    private static boolean isOfTheLab(Resource resource) {
        for (Kind kind : Kind.values()) {
            if (Documents.resource(kind).equals(resource)) {
                return true;
            }
        }
        return false;
    }
}
