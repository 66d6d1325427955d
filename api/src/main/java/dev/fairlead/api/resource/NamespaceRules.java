package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Namespaces: a finalizer of the server's own keeps one until everything in it is gone. */
final class NamespaceRules implements Rules {
    @Override
    public void defaults(ObjectNode namespace) {
        String name = namespace.path("metadata").path("name").asText();
        namespace.withObjectProperty("metadata").withObjectProperty("labels").put("kubernetes.io/metadata.name", name);
    }

    @Override
    public void prepareCreate(ObjectNode namespace) {
        namespace.putObject("spec").putArray("finalizers").add("kubernetes");
        namespace.putObject("status").put("phase", "Active");
    }

    /** Only the {@code finalize} subresource changes finalizers, and it goes another way. */
    @Override
    public void prepareUpdate(ObjectNode namespace, ObjectNode before) {
        namespace.set("spec", before.path("spec").deepCopy());
    }
}
