package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.Exec;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.common.KubernetesType;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.KubernetesApiResponse;
import io.kubernetes.client.util.generic.options.DeleteOptions;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Kubernetes' own client for Java. Its classes refuse what lacks a field that the API calls required. */
final class OfficialWitness implements Witness {
    private static final ObjectMapper TREES = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 30;

    private final ApiClient client;

    /** @param kubeconfig the text of the file */
    OfficialWitness(String kubeconfig) {
        try {
            client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(kubeconfig)))
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ApiClient client() {
        return client;
    }

    private GenericKubernetesApi<KubernetesObject, KubernetesListObject> api(StoryKind kind) {
        return api(kind, kind.official());
    }

    @SuppressWarnings("unchecked") // the stories have objects of many kinds
    private <T extends KubernetesObject, L extends KubernetesListObject>
            GenericKubernetesApi<KubernetesObject, KubernetesListObject> api(
                    StoryKind kind, StoryKind.Official<T, L> types) {
        return (GenericKubernetesApi<KubernetesObject, KubernetesListObject>) (GenericKubernetesApi<?, ?>)
                new GenericKubernetesApi<>(types.one(), types.list(), kind.group(), "v1", kind.plural(), client);
    }

    private static JsonNode json(Object object) {
        try {
            return TREES.readTree(JSON.serialize(object));
        } catch (JsonProcessingException e) {
            throw new AssertionError(object.toString(), e);
        }
    }

    private static <T extends KubernetesType> T answered(KubernetesApiResponse<T> response) throws Refused {
        if (!response.isSuccess()) {
            throw new Refused(json(response.getStatus()));
        }
        return response.getObject();
    }

    private static KubernetesObject object(StoryKind kind, String namespace, JsonNode document) {
        ObjectNode copy = document.deepCopy();
        if (kind.namespaced()) {
            copy.withObjectProperty("metadata").put("namespace", namespace);
        }
        return JSON.deserialize(copy.toString(), kind.official().one());
    }

    private static Refused refused(ApiException e) {
        try {
            return new Refused(TREES.readTree(e.getResponseBody()));
        } catch (JsonProcessingException noStatus) {
            throw new AssertionError(e.getResponseBody(), e);
        }
    }

    @Override
    public JsonNode create(StoryKind kind, String namespace, JsonNode document) throws Refused {
        return json(answered(api(kind).create(object(kind, namespace, document))));
    }

    @Override
    public JsonNode replace(StoryKind kind, String namespace, JsonNode document) throws Refused {
        return json(answered(api(kind).update(object(kind, namespace, document))));
    }

    @Override
    public JsonNode get(StoryKind kind, String namespace, String name) throws Refused {
        return json(answered(
                kind.namespaced() ? api(kind).get(namespace, name) : api(kind).get(name)));
    }

    @Override
    public List<JsonNode> list(StoryKind kind, String namespace, String labels, String fields) throws Refused {
        ListOptions options = new ListOptions();
        options.setLabelSelector(labels);
        options.setFieldSelector(fields);
        KubernetesListObject list = answered(
                kind.namespaced() && !namespace.isEmpty()
                        ? api(kind).list(namespace, options)
                        : api(kind).list(options));
        List<JsonNode> items = new ArrayList<>();
        list.getItems().forEach(item -> items.add(json(item)));
        return items;
    }

    @Override
    public JsonNode patch(StoryKind kind, String namespace, String name, String type, String patch) throws Refused {
        String format = switch (type) {
            case "json" -> V1Patch.PATCH_FORMAT_JSON_PATCH;
            case "merge" -> V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH;
            default -> V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH;
        };
        V1Patch body = new V1Patch(patch);
        return json(answered(
                kind.namespaced()
                        ? api(kind).patch(namespace, name, format, body)
                        : api(kind).patch(name, format, body)));
    }

    @Override
    public void delete(StoryKind kind, String namespace, String name, String cascade) throws Refused {
        DeleteOptions options = new DeleteOptions();
        options.setPropagationPolicy(cascade);
        KubernetesApiResponse<?> response = kind.namespaced()
                ? api(kind).delete(namespace, name, options)
                : api(kind).delete(name, options);
        if (!response.isSuccess()) {
            throw new Refused(json(response.getStatus()));
        }
    }

    @Override
    public void scale(String namespace, String deployment, int replicas) throws Refused {
        AppsV1Api apps = new AppsV1Api(client);
        try {
            var scale =
                    apps.readNamespacedDeploymentScale(deployment, namespace).execute();
            var unused = apps.replaceNamespacedDeploymentScale(
                            deployment, namespace, scale.spec(scale.getSpec().replicas(replicas)))
                    .execute();
        } catch (ApiException e) {
            throw refused(e);
        }
    }

    @Override
    public void await(StoryKind kind, String namespace, String name, Predicate<Optional<JsonNode>> wanted)
            throws Exception {
        ListOptions options = new ListOptions();
        options.setFieldSelector("metadata.name=" + name);
        var list = answered(
                kind.namespaced()
                        ? api(kind).list(namespace, options)
                        : api(kind).list(options));
        Optional<JsonNode> now = list.getItems().stream().findFirst().map(OfficialWitness::json);
        if (wanted.test(now)) {
            return;
        }
        options.setResourceVersion(list.getMetadata().getResourceVersion());
        options.setTimeoutSeconds(PATIENCE_SECONDS);
        try (var watch = kind.namespaced()
                ? api(kind).watch(namespace, options)
                : api(kind).watch(options)) {
            for (var event : watch) {
                now = event.type.equals("DELETED") ? Optional.empty() : Optional.of(json(event.object));
                if (wanted.test(now)) {
                    return;
                }
            }
        }
        throw new AssertionError("in vain: " + now);
    }

    @Override
    public String logs(String namespace, String pod) throws Refused {
        try {
            return new CoreV1Api(client).readNamespacedPodLog(pod, namespace).execute();
        } catch (ApiException e) {
            throw refused(e);
        }
    }

    @Override
    public Ended exec(String namespace, String pod, List<String> command) throws Exception {
        Process process = new Exec(client).exec(namespace, pod, command.toArray(String[]::new), false);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("exec did not end: " + out);
        }
        return new Ended(out, process.exitValue());
    }

    @Override
    public void close() {
        client.getHttpClient().dispatcher().executorService().shutdownNow();
        client.getHttpClient().connectionPool().evictAll();
    }
}
