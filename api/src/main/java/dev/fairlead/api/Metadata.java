package dev.fairlead.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.FieldError;
import dev.fairlead.api.resource.NameRule;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.store.ObjectKey;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** What the server itself keeps in {@code metadata} (k8s.io/apimachinery {@code ObjectMeta}). */
final class Metadata {
    /** Without vowels and what is taken for one another, k8s.io/apimachinery {@code util/rand}. */
    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_LENGTH = 5;
    private static final int LONGEST_GENERATED_BASE = 58;

    /** Of all annotations together, names and values, k8s.io/apimachinery {@code api/validation}. */
    private static final int ANNOTATIONS_MOST_BYTES = 256 * 1024;

    /** What only the server writes. */
    private static final List<String> KEPT =
            List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation");

    private final InstantSource clock;
    private final RandomGenerator random;

    Metadata(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    void forCreate(Resource resource, String namespace, ObjectNode object) {
        ObjectNode meta = object.withObjectProperty("metadata");
        if (!meta.path("resourceVersion").asText().isEmpty()) {
            throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
        }
        matchNamespace(resource, namespace, meta);
        if (meta.path("name").asText().isEmpty()
                && !meta.path("generateName").asText().isEmpty()) {
            meta.put("name", generated(meta.path("generateName").asText()));
        }
        KEPT.forEach(meta::remove);
        meta.remove(List.of("managedFields", "selfLink"));
        meta.put("uid", uid()).put("creationTimestamp", now().toString());
        if (object.has("spec") && !resource.kind().equals("Service")) {
            meta.put("generation", 1);
        }
    }

    void matchNamespace(Resource resource, String namespace, ObjectNode meta) {
        if (!resource.namespaced()) {
            meta.remove("namespace");
            return;
        }
        String said = meta.path("namespace").asText();
        if (!said.isEmpty() && !said.equals(namespace)) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
        meta.put("namespace", namespace);
    }

    void forUpdate(Resource resource, ObjectKey key, ObjectNode before, ObjectNode wanted) {
        ObjectNode meta = wanted.withObjectProperty("metadata");
        JsonNode old = before.path("metadata");
        matchNamespace(resource, key.namespace(), meta);
        String name = meta.path("name").asText();
        if (!name.isEmpty() && !name.equals(key.name())) {
            throw ApiException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + key.name() + ")");
        }
        meta.put("name", key.name());
        String uid = meta.path("uid").asText();
        if (!uid.isEmpty() && !uid.equals(old.path("uid").asText())) {
            throw ApiException.conflict(
                    resource,
                    key.name(),
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                            + old.path("uid").asText());
        }
        String version = meta.path("resourceVersion").asText();
        if (!version.isEmpty() && !version.equals(old.path("resourceVersion").asText())) {
            throw ApiException.conflict(
                    resource,
                    key.name(),
                    "the object has been modified; please apply your changes to the latest version and try again");
        }
        for (String field : KEPT) {
            if (old.has(field)) {
                meta.set(field, old.get(field));
            } else {
                meta.remove(field);
            }
        }
        meta.remove(List.of("managedFields", "selfLink"));
        meta.set("resourceVersion", old.path("resourceVersion"));
    }

    /** A generation for each change of what is wanted; metadata and status don't count. */
    void countGeneration(ObjectNode object, ObjectNode before) {
        JsonNode old = before.path("metadata").path("generation");
        if (old.isMissingNode()) {
            return;
        }
        boolean same = withoutMetaAndStatus(object).equals(withoutMetaAndStatus(before));
        object.withObjectProperty("metadata").put("generation", old.asLong() + (same ? 0 : 1));
    }

    private static ObjectNode withoutMetaAndStatus(ObjectNode object) {
        ObjectNode rest = object.objectNode();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (!member.getKey().equals("metadata") && !member.getKey().equals("status")) {
                rest.set(member.getKey(), member.getValue());
            }
        }
        return rest;
    }

    void requirePreconditions(Resource resource, ObjectNode object, ObjectNode deleteOptions) {
        JsonNode wanted = deleteOptions.path("preconditions");
        JsonNode meta = object.path("metadata");
        for (String field : List.of("uid", "resourceVersion")) {
            String value = wanted.path(field).asText();
            if (!value.isEmpty() && !value.equals(meta.path(field).asText())) {
                String label = field.equals("uid") ? "UID" : "ResourceVersion";
                throw ApiException.conflict(
                        resource,
                        meta.path("name").asText(),
                        "Precondition failed: " + label + " in precondition: " + value + ", " + label
                                + " in object meta: " + meta.path(field).asText());
            }
        }
    }

    /** A later deletion can only make it sooner. */
    void markDeleted(ObjectNode object, long graceSeconds) {
        ObjectNode meta = object.withObjectProperty("metadata");
        boolean already = meta.has("deletionTimestamp");
        if (already && meta.path("deletionGracePeriodSeconds").asLong() <= graceSeconds) {
            return;
        }
        meta.put("deletionTimestamp", now().plusSeconds(graceSeconds).toString());
        meta.put("deletionGracePeriodSeconds", graceSeconds);
    }

    void validate(Resource resource, ObjectNode object, List<FieldError> errors) {
        JsonNode meta = object.path("metadata");
        String name = meta.path("name").asText();
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
        } else {
            NameRule.of(resource).check("metadata.name", name, errors);
        }
        NameRule.labels("metadata.labels", meta.path("labels"), errors);
        long bytes = 0;
        for (Map.Entry<String, JsonNode> annotation : meta.path("annotations").properties()) {
            NameRule.QUALIFIED.check(
                    "metadata.annotations", annotation.getKey().toLowerCase(java.util.Locale.ROOT), errors);
            bytes += annotation.getKey().length()
                    + annotation.getValue().asText().length();
        }
        if (bytes > ANNOTATIONS_MOST_BYTES) {
            errors.add(FieldError.tooLong("metadata.annotations", ANNOTATIONS_MOST_BYTES));
        }
        int index = 0;
        for (JsonNode owner : meta.path("ownerReferences")) {
            String path = "metadata.ownerReferences[" + index++ + "]";
            for (String field : List.of("apiVersion", "kind", "name", "uid")) {
                if (owner.path(field).asText().isEmpty()) {
                    errors.add(FieldError.invalid(
                            path + "." + field, owner.path(field).asText(), field + " must not be empty"));
                }
            }
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private String generated(String base) {
        String start = base.length() > LONGEST_GENERATED_BASE ? base.substring(0, LONGEST_GENERATED_BASE) : base;
        StringBuilder name = new StringBuilder(start);
        synchronized (random) {
            for (int i = 0; i < SUFFIX_LENGTH; i++) {
                name.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
            }
        }
        return name.toString();
    }

    /** RFC 9562, version 4. */
    private String uid() {
        synchronized (random) {
            long high = random.nextLong() & ~0xf000L | 0x4000L;
            long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
            return new UUID(high, low).toString();
        }
    }
}
