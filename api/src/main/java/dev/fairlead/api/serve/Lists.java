package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.EventForms;
import dev.fairlead.api.resource.FieldSelector;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Selector;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.ObjectStore.Listing;
import dev.fairlead.api.table.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;

/** Lists of objects: chosen by selectors, in pieces where {@code limit} asks for that, as a table where that is asked for. */
final class Lists {
    private final ObjectStore store;

    Lists(ObjectStore store) {
        this.store = store;
    }

    /** Which objects of a collection a request means. */
    static Predicate<JsonNode> chosen(Target target, Query query) {
        try {
            Predicate<JsonNode> labels = Selector.parse(query.text("labelSelector"));
            Predicate<JsonNode> fields = FieldSelector.parse(target.resource(), query.text("fieldSelector"));
            Predicate<JsonNode> both =
                    labels.and(object -> fields.test(EventForms.shown(target.resource(), (ObjectNode) object)));
            return target.name().isEmpty()
                    ? both
                    : both.and(object ->
                            object.path("metadata").path("name").asText().equals(target.name()));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    /** Where a list goes on: behind this object, as of this revision. */
    private record Continue(long revision, String namespace, String name) {
        String token() {
            String text = revision + "\n" + namespace + "\n" + name;
            return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        static Continue of(String token) {
            try {
                String[] parts =
                        new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split("\n", -1);
                return new Continue(Long.parseLong(parts[0]), parts[1], parts[2]);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw ApiException.badRequest("continue key is not valid: " + token);
            }
        }
    }

    Reply list(Target target, ApiRequest request) {
        Query query = request.query();
        Predicate<JsonNode> chosen = chosen(target, query);
        Listing listing = store.list(target.resource().kept().name(), target.namespace());
        long revision = listing.revision();
        requireKnown(query.number("resourceVersion", 0), revision);
        List<ObjectNode> objects = listing.objects();
        if (!query.text("continue").isEmpty()) {
            Continue from = Continue.of(query.text("continue"));
            store.requireKept(from.revision());
            revision = from.revision();
            objects = objects.stream().filter(object -> isBehind(object, from)).toList();
        }
        long limit = query.number("limit", 0);
        List<ObjectNode> page = new ArrayList<>();
        long left = 0;
        for (ObjectNode object : objects) {
            if (chosen.test(object)) {
                if (limit == 0 || page.size() < limit) {
                    page.add(object);
                } else {
                    left++;
                }
            }
        }
        ObjectNode meta = JsonNodeFactory.instance.objectNode().put("resourceVersion", Long.toString(revision));
        if (left > 0) {
            JsonNode last = page.getLast().path("metadata");
            meta.put(
                    "continue",
                    new Continue(
                                    revision,
                                    last.path("namespace").asText(),
                                    last.path("name").asText())
                            .token());
            if (query.text("labelSelector").isEmpty()
                    && query.text("fieldSelector").isEmpty()) {
                meta.put("remainingItemCount", left);
            }
        }
        if (request.wantsTable()) {
            return Reply.Document.ok(
                    Tables.of(target.resource().kept(), page, meta, query.text("includeObject"), true));
        }
        return Reply.Document.ok(document(target.resource(), page, meta));
    }

    /** A reader that has seen a later state than there is, has seen another store. */
    static void requireKnown(long wanted, long revision) {
        if (wanted > revision) {
            throw ApiException.expired("too large resource version: " + wanted + ", current: " + revision);
        }
    }

    private static boolean isBehind(ObjectNode object, Continue from) {
        JsonNode meta = object.path("metadata");
        int byNamespace = meta.path("namespace").asText().compareTo(from.namespace());
        return byNamespace > 0 || byNamespace == 0 && meta.path("name").asText().compareTo(from.name()) > 0;
    }

    private static ObjectNode document(Resource resource, List<ObjectNode> objects, ObjectNode meta) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("kind", resource.kind() + "List").put("apiVersion", resource.apiVersion());
        list.set("metadata", meta);
        ArrayNode items = list.putArray("items");
        objects.forEach(object -> items.add(EventForms.shown(resource, object)));
        return list;
    }
}
