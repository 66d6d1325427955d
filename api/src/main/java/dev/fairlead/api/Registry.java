package dev.fairlead.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.WriteOptions.UnknownFields;
import dev.fairlead.api.resource.FieldError;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.Rules;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.ObjectStore.Draft;
import dev.fairlead.api.types.Decoded;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The verbs of the API on the store: each write is decoded, completed, checked and stored in one transaction, as the real
 * server's generic registry does (k8s.io/apiserver, {@code registry/generic}). The API's HTTP side and the controllers of the
 * same process use it alike. Any thread.
 *
 * <p>Over 300 lines: create, update and delete share what they check, and it must be the same.
 */
public final class Registry {
    private final ObjectStore store;
    private final Map<String, Rules> rules;
    private final Metadata metadata;

    /** @param rules by {@link Resource#name()}; kinds without any have none of their own */
    public Registry(ObjectStore store, Map<String, Rules> rules, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.rules = Map.copyOf(rules);
        this.metadata = new Metadata(clock, random);
    }

    public ObjectStore store() {
        return store;
    }

    private Rules rules(Resource resource) {
        return rules.getOrDefault(resource.name(), Rules.PLAIN);
    }

    /** @throws ApiException NotFound */
    public ObjectNode get(Resource resource, String namespace, String name) {
        return store.find(resource.key(namespace, name)).orElseThrow(() -> ApiException.notFound(resource, name));
    }

    /** Makes a new object. @param namespace of the request; empty for cluster-wide resources */
    public Written create(Resource resource, String namespace, JsonNode body, WriteOptions options) {
        List<String> warnings = new ArrayList<>();
        ObjectNode object = decode(resource, body, options, warnings);
        metadata.forCreate(resource, namespace, object);
        String name = object.path("metadata").path("name").asText();
        return new Written(
                transaction(options, draft -> create(resource, resource.key(namespace, name), object, draft)),
                warnings);
    }

    private ObjectNode create(Resource resource, ObjectKey key, ObjectNode object, Draft draft) {
        requireNamespace(resource, key, draft);
        if (draft.find(key).isPresent()) {
            throw ApiException.alreadyExists(resource, key.name());
        }
        Rules own = rules(resource);
        own.defaults(object);
        own.prepareCreate(object);
        List<FieldError> errors = new ArrayList<>();
        metadata.validate(resource, object, errors);
        own.validate(object, errors);
        requireValid(resource, key.name(), errors);
        own.allocate(object, draft, errors);
        requireValid(resource, key.name(), errors);
        return draft.put(key, object);
    }

    private static void requireNamespace(Resource resource, ObjectKey key, Draft draft) {
        if (!resource.namespaced()) {
            return;
        }
        ObjectNode namespace = draft.find(Resources.NAMESPACES.key("", key.namespace()))
                .orElseThrow(() -> ApiException.notFound(Resources.NAMESPACES, key.namespace()));
        if (namespace.path("metadata").has("deletionTimestamp")) {
            throw ApiException.forbidden(
                    resource,
                    key.name(),
                    "unable to create new content in namespace " + key.namespace() + " because it is being terminated");
        }
    }

    /**
     * Changes an object, or makes it where it isn't there and {@code change} can do with {@code absent}.
     *
     * @param subresource empty, {@code status}, or one that may change what the object's own writer may not, such as {@code
     *     binding}
     * @param change from the object as it is to the object as it is wanted
     */
    public Written update(
            Resource resource,
            String namespace,
            String name,
            String subresource,
            UnaryOperator<ObjectNode> change,
            WriteOptions options) {
        List<String> warnings = new ArrayList<>();
        ObjectKey key = resource.key(namespace, name);
        ObjectNode stored = transaction(options, draft -> {
            ObjectNode before = draft.find(key).orElseThrow(() -> ApiException.notFound(resource, name));
            ObjectNode wanted = decode(resource, change.apply(before), options, warnings);
            return update(resource, key, subresource, before, wanted, draft);
        });
        return new Written(stored, warnings);
    }

    private ObjectNode update(
            Resource resource, ObjectKey key, String subresource, ObjectNode before, ObjectNode wanted, Draft draft) {
        metadata.forUpdate(resource, key, before, wanted);
        ObjectNode object = subresource.equals("status") ? withStatus(before, wanted) : wanted;
        Rules own = rules(resource);
        if (subresource.isEmpty()) {
            if (resource.hasStatus()) {
                keep(object, before, "status");
            }
            own.defaults(object);
            own.prepareUpdate(object, before);
        }
        List<FieldError> errors = new ArrayList<>();
        metadata.validate(resource, object, errors);
        own.validate(object, errors);
        if (subresource.isEmpty()) {
            own.validateUpdate(object, before, errors);
        }
        requireValid(resource, key.name(), errors);
        own.allocate(object, draft, errors);
        requireValid(resource, key.name(), errors);
        metadata.countGeneration(object, before);
        if (sameBut(object, before)) {
            return before;
        }
        if (mayGo(resource, object)) {
            own.release(object, draft);
            draft.put(key, object);
            return draft.remove(key);
        }
        return draft.put(key, object);
    }

    private static ObjectNode withStatus(ObjectNode before, ObjectNode wanted) {
        ObjectNode object = before.deepCopy();
        keep(object, wanted, "status");
        return object;
    }

    private static void keep(ObjectNode object, ObjectNode from, String member) {
        if (from.has(member)) {
            object.set(member, from.get(member).deepCopy());
        } else {
            object.remove(member);
        }
    }

    /** Whether an update changes nothing: then nothing is stored and nobody is told. */
    private static boolean sameBut(ObjectNode object, ObjectNode before) {
        ObjectNode copy = object.deepCopy();
        copy.withObjectProperty("metadata")
                .set("resourceVersion", before.path("metadata").path("resourceVersion"));
        return copy.equals(before);
    }

    /** An object whose deletion was asked for goes when nobody holds it any more. */
    private static boolean mayGo(Resource resource, ObjectNode object) {
        JsonNode meta = object.path("metadata");
        boolean held = !meta.path("finalizers").isEmpty()
                || (resource.equals(Resources.NAMESPACES)
                        && !object.path("spec").path("finalizers").isEmpty());
        return meta.has("deletionTimestamp")
                && !held
                && meta.path("deletionGracePeriodSeconds").asLong() == 0;
    }

    /**
     * What became of a deletion.
     *
     * @param object its last state
     * @param gone false while finalizers or a grace period hold it
     */
    public record Deleted(ObjectNode object, boolean gone) {}

    /** Deletes one object. @param deleteOptions a {@code DeleteOptions} document, or an empty one */
    public Deleted delete(
            Resource resource, String namespace, String name, ObjectNode deleteOptions, WriteOptions options) {
        ObjectKey key = resource.key(namespace, name);
        boolean[] gone = {false};
        ObjectNode object = transaction(options, draft -> {
            ObjectNode before = draft.find(key).orElseThrow(() -> ApiException.notFound(resource, name));
            metadata.requirePreconditions(resource, before, deleteOptions);
            ObjectNode marked = before.deepCopy();
            addPropagationFinalizer(marked, deleteOptions);
            long grace = rules(resource).graceSeconds(before, deleteOptions);
            metadata.markDeleted(marked, grace);
            if (resource.equals(Resources.NAMESPACES)) {
                marked.withObjectProperty("status").put("phase", "Terminating");
            }
            if (mayGo(resource, marked)) {
                gone[0] = true;
                rules(resource).release(before, draft);
                return draft.remove(key);
            }
            return sameBut(marked, before) ? before : draft.put(key, marked);
        });
        return new Deleted(object, gone[0]);
    }

    private static void addPropagationFinalizer(ObjectNode object, ObjectNode deleteOptions) {
        String policy = deleteOptions.path("propagationPolicy").asText();
        boolean orphan = policy.equals("Orphan")
                || deleteOptions.path("orphanDependents").asBoolean();
        String finalizer = orphan ? "orphan" : policy.equals("Foreground") ? "foregroundDeletion" : "";
        if (!finalizer.isEmpty()) {
            var finalizers = object.withObjectProperty("metadata").withArrayProperty("finalizers");
            boolean there = false;
            for (JsonNode one : finalizers) {
                there |= one.asText().equals(finalizer);
            }
            if (!there) {
                finalizers.add(finalizer);
            }
        }
    }

    /** Thrown out of a transaction that must not be made, with what it would have stored. */
    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient ObjectNode result;

        RolledBack(ObjectNode result) {
            super("dry run", null, false, false);
            this.result = result;
        }
    }

    private ObjectNode transaction(WriteOptions options, java.util.function.Function<Draft, ObjectNode> work) {
        try {
            return store.write(draft -> {
                ObjectNode result = work.apply(draft);
                if (options.dryRun()) {
                    throw new RolledBack(result);
                }
                return result;
            });
        } catch (RolledBack e) {
            return e.result;
        }
    }

    private static ObjectNode decode(Resource resource, JsonNode body, WriteOptions options, List<String> warnings) {
        requireKind(resource, body);
        Decoded decoded;
        try {
            decoded = Decoded.of(resource.type(), body);
        } catch (Decoded.WrongTypeException e) {
            throw ApiException.badRequest(handled(resource) + e.getMessage());
        }
        List<String> unknown = new ArrayList<>();
        for (String field : decoded.unknown()) {
            unknown.add("unknown field \"" + field + "\"");
        }
        if (!unknown.isEmpty() && options.unknownFields() == UnknownFields.STRICT) {
            throw ApiException.badRequest(handled(resource) + "strict decoding error: " + String.join(", ", unknown));
        }
        if (options.unknownFields() == UnknownFields.WARN) {
            warnings.addAll(unknown);
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("kind", resource.kind()).put("apiVersion", resource.apiVersion());
        object.setAll(decoded.object());
        return object;
    }

    private static String handled(Resource resource) {
        return resource.kind() + " in version \"" + resource.version() + "\" cannot be handled as a " + resource.kind()
                + ": ";
    }

    private static void requireKind(Resource resource, JsonNode body) {
        String apiVersion = body.path("apiVersion").asText();
        String kind = body.path("kind").asText();
        if (!apiVersion.isEmpty() && !apiVersion.equals(resource.apiVersion())) {
            throw ApiException.badRequest("the API version in the data (" + apiVersion
                    + ") does not match the expected API version (" + resource.apiVersion() + ")");
        }
        if (!kind.isEmpty() && !kind.equals(resource.kind())) {
            throw ApiException.badRequest(kind + " in version \"" + resource.version() + "\" cannot be handled as a "
                    + resource.kind() + ": no kind \"" + kind + "\" is registered for this path");
        }
    }

    private static void requireValid(Resource resource, String name, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw ApiException.invalid(resource, name, errors);
        }
    }

    /** The object, where it is there. */
    public Optional<ObjectNode> find(Resource resource, String namespace, String name) {
        return store.find(resource.key(namespace, name));
    }
}
