package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.FieldError;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.Rules;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.manifest.DocumentReader;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.Pod;
import java.util.List;
import java.util.function.Consumer;

/**
 * The server's rules for a kind, and that nothing comes in that the lab can't run: it is refused in the words in which {@code
 * lab apply} refuses it, before anything is stored. Any thread.
 *
 * @param server what a Kubernetes API server does with this kind
 * @param check throws a {@link ManifestException} for what this machine can't do; not asked about what controllers make
 */
record LabRules(Kind kind, Rules server, Consumer<LabObject> check) implements Rules {
    private static final String FIXED = "a pod of the lab stays as it was created; delete it and create it again";

    @Override
    public void defaults(ObjectNode object) {
        server.defaults(object);
        object.setAll(Documents.copy(object)); // defaults too are numbers of one type or another
    }

    @Override
    public void prepareCreate(ObjectNode object) {
        server.prepareCreate(object);
        object.setAll(Documents.copy(object));
    }

    @Override
    public void prepareUpdate(ObjectNode object, ObjectNode before) {
        server.prepareUpdate(object, before);
    }

    @Override
    public void validate(ObjectNode object, List<FieldError> errors) {
        int before = errors.size();
        server.validate(object, errors);
        if (errors.size() > before) {
            return;
        }
        try {
            LabObject read = DocumentReader.read(kind, object);
            if (object.path("metadata").path("ownerReferences").isEmpty()) {
                check.accept(read);
            }
        } catch (ManifestException e) {
            errors.add(new FieldError(
                    "FieldValueInvalid", e.finding().field(), e.finding().problem()));
        }
    }

    @Override
    public void validateUpdate(ObjectNode object, ObjectNode before, List<FieldError> errors) {
        server.validateUpdate(object, before, errors);
        if (kind == Kind.POD && errors.isEmpty()) {
            var now = ((Pod) DocumentReader.read(kind, object)).spec();
            var old = ((Pod) DocumentReader.read(kind, before)).spec();
            if (!now.actsLike(old.onNode(now.nodeName()))) {
                errors.add(FieldError.forbidden("spec", FIXED));
            }
        }
    }

    @Override
    public void allocate(ObjectNode object, ObjectStore.Draft draft, List<FieldError> errors) {
        server.allocate(object, draft, errors);
    }

    @Override
    public void release(ObjectNode object, ObjectStore.Draft draft) {
        requireNotOfTheLab(object);
        server.release(object, draft);
    }

    /** The lab's nodes are there as long as the lab is. */
    private static void requireNotOfTheLab(ObjectNode object) {
        if (object.path("metadata").path("annotations").has(DocumentReader.NETNS)) {
            throw ApiException.forbidden(
                    Resources.NODES,
                    object.path("metadata").path("name").asText(),
                    "a node of the lab lives as long as the lab; kubectl cordon keeps pods from it");
        }
    }

    @Override
    public long graceSeconds(ObjectNode object, ObjectNode deleteOptions) {
        requireNotOfTheLab(object); // finalizers would keep what is deleted, and nobody ask for its release
        return server.graceSeconds(object, deleteOptions);
    }
}
