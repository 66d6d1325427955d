package dev.fairlead.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.packet.Prefix;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import org.yaml.snakeyaml.Yaml;

/** A registry as a lab has it, with a namespace to put things in. */
record Api(Registry registry) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Api start(String... serviceCidrs) {
        List<Prefix> cidrs = serviceCidrs.length == 0
                ? List.of(Prefix.of("10.96.0.0/16"))
                : List.of(serviceCidrs).stream().map(Prefix::of).toList();
        Registry registry = new Registry(
                ObjectStore.inMemory(), RuleBook.of(cidrs), InstantSource.system(), new SplittableRandom(1));
        Api api = new Api(registry);
        var unused = api.create("{kind: Namespace, apiVersion: v1, metadata: {name: default}}");
        return api;
    }

    static JsonNode yaml(String text) {
        return JSON.valueToTree(new Yaml().load(text));
    }

    static Resource resource(JsonNode document) {
        return Resources.ofKind(
                        document.path("apiVersion").asText(),
                        document.path("kind").asText())
                .orElseThrow();
    }

    ObjectNode create(String yaml) {
        JsonNode document = yaml(yaml);
        Resource resource = resource(document);
        String namespace = document.path("metadata").path("namespace").asText("default");
        return registry.create(resource, resource.namespaced() ? namespace : "", document, WriteOptions.STRICT)
                .object();
    }

    /** Replaces an object by what a document says. */
    ObjectNode replace(String yaml) {
        JsonNode document = yaml(yaml);
        return registry.update(
                        resource(document),
                        "default",
                        document.path("metadata").path("name").asText(),
                        "",
                        before -> (ObjectNode) document,
                        WriteOptions.STRICT)
                .object();
    }

    void createConfigMap(String name, String value) {
        var unused =
                create("{kind: ConfigMap, apiVersion: v1, metadata: {name: " + name + "}, data: {v: '" + value + "'}}");
    }

    void changeConfigMap(String name, String value) {
        var unused = registry.update(
                Resources.CONFIG_MAPS,
                "default",
                name,
                "",
                before -> {
                    ObjectNode copy = before.deepCopy();
                    copy.withObjectProperty("data").put("v", value);
                    return copy;
                },
                WriteOptions.STRICT);
    }

    void deleteConfigMap(String name) {
        var unused = registry.delete(Resources.CONFIG_MAPS, "default", name, noOptions(), WriteOptions.STRICT);
    }

    static ObjectNode options(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode noOptions() {
        return JsonNodeFactory.instance.objectNode();
    }
}
