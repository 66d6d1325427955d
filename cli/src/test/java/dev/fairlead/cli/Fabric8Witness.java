package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** fabric8's client for Kubernetes. */
final class Fabric8Witness implements Witness {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 30;

    private final KubernetesClient client;

    /** @param kubeconfig the text of the file */
    Fabric8Witness(String kubeconfig) {
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig))
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    private MixedOperation<? extends HasMetadata, ? extends KubernetesResourceList<?>, ? extends Resource<?>> all(
            StoryKind kind) {
        return client.resources(kind.fabric8());
    }

    private Resource<? extends HasMetadata> one(StoryKind kind, String namespace, String name) {
        return kind.namespaced()
                ? all(kind).inNamespace(namespace).withName(name)
                : all(kind).withName(name);
    }

    private Resource<? extends HasMetadata> one(StoryKind kind, String namespace, JsonNode document) {
        HasMetadata object = Serialization.unmarshal(document.toString(), kind.fabric8());
        if (kind.namespaced()) {
            object.getMetadata().setNamespace(namespace);
        }
        return client.resource(object);
    }

    private static JsonNode json(Object object) {
        try {
            return JSON.readTree(Serialization.asJson(object));
        } catch (JsonProcessingException e) {
            throw new AssertionError(object.toString(), e);
        }
    }

    private static <T> T asked(Supplier<T> question) throws Refused {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            if (e.getStatus() == null) {
                throw e;
            }
            throw new Refused(json(e.getStatus()));
        }
    }

    /** fabric8 has no words of the server's for what isn't there. */
    private static Refused notFound(StoryKind kind, String name) {
        String plural = kind.group().isEmpty() ? kind.plural() : kind.plural() + "." + kind.group();
        return new Refused(JSON.createObjectNode()
                .put("reason", "NotFound")
                .put("message", plural + " \"" + name + "\" not found"));
    }

    @Override
    public JsonNode create(StoryKind kind, String namespace, JsonNode document) throws Refused {
        return json(asked(() -> one(kind, namespace, document).create()));
    }

    @Override
    public JsonNode replace(StoryKind kind, String namespace, JsonNode document) throws Refused {
        return json(asked(() -> one(kind, namespace, document).update()));
    }

    @Override
    public JsonNode get(StoryKind kind, String namespace, String name) throws Refused {
        Optional<HasMetadata> found =
                asked(() -> Optional.ofNullable(one(kind, namespace, name).get()));
        return json(found.orElseThrow(() -> notFound(kind, name)));
    }

    @Override
    public List<JsonNode> list(StoryKind kind, String namespace, String labels, String fields) throws Refused {
        var options = new ListOptionsBuilder();
        if (!labels.isEmpty()) {
            options.withLabelSelector(labels);
        }
        if (!fields.isEmpty()) {
            options.withFieldSelector(fields);
        }
        var list = asked(() -> kind.namespaced() && !namespace.isEmpty()
                ? all(kind).inNamespace(namespace).list(options.build())
                : kind.namespaced()
                        ? all(kind).inAnyNamespace().list(options.build())
                        : all(kind).list(options.build()));
        List<JsonNode> items = new ArrayList<>();
        list.getItems().forEach(item -> items.add(json(item)));
        return items;
    }

    @Override
    public JsonNode patch(StoryKind kind, String namespace, String name, String type, String patch) throws Refused {
        PatchType patchType = switch (type) {
            case "json" -> PatchType.JSON;
            case "merge" -> PatchType.JSON_MERGE;
            default -> PatchType.STRATEGIC_MERGE;
        };
        return json(asked(() -> one(kind, namespace, name).patch(PatchContext.of(patchType), patch)));
    }

    @Override
    public void delete(StoryKind kind, String namespace, String name, String cascade) throws Refused {
        DeletionPropagation policy = DeletionPropagation.valueOf(cascade.toUpperCase(java.util.Locale.ROOT));
        if (asked(() -> one(kind, namespace, name).withPropagationPolicy(policy).delete())
                .isEmpty()) {
            throw notFound(kind, name);
        }
    }

    @Override
    public void scale(String namespace, String deployment, int replicas) throws Refused {
        var unused = asked(() -> client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(deployment)
                .scale(replicas));
    }

    @Override
    public void await(StoryKind kind, String namespace, String name, Predicate<Optional<JsonNode>> wanted) {
        var unused = one(kind, namespace, name)
                .waitUntilCondition(
                        object -> wanted.test(Optional.ofNullable(object).map(Fabric8Witness::json)),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
    }

    @Override
    public String logs(String namespace, String pod) throws Refused {
        return asked(() -> client.pods().inNamespace(namespace).withName(pod).getLog());
    }

    @Override
    public Ended exec(String namespace, String pod, List<String> command) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ExecWatch exec = client.pods()
                .inNamespace(namespace)
                .withName(pod)
                .writingOutput(out)
                .writingError(out)
                .exec(command.toArray(String[]::new))) {
            int code = exec.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Ended(out.toString(StandardCharsets.UTF_8), code);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
