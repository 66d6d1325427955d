package dev.fairlead.lab.node;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.EnvVar;
import dev.fairlead.lab.model.EnvVar.Source;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodField;
import dev.fairlead.lab.model.Volume;
import dev.fairlead.packet.Ip;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is only known when a pod runs: values of its own fields, and what ConfigMaps and Secrets hold then
 * ({@code makeEnvironmentVariables} of {@code pkg/kubelet/kubelet_pods.go}).
 *
 * @param podIps of the pod; empty while it has none
 * @param hostIps of its node
 */
record LateValues(Pod pod, List<Ip> podIps, List<Ip> hostIps, Content.Source contents) {

    /** One file of a volume. @param mode as {@code chmod(2)} takes it */
    record VolumeFile(byte[] bytes, int mode) {}

    /**
     * The container with every variable written out.
     *
     * @throws MissingContentException when something isn't there that isn't optional
     */
    Container resolved(Container container) {
        if (!container.hasLateEnv()) {
            return container;
        }
        List<EnvVar> env = new ArrayList<>();
        for (EnvVar variable : container.env()) {
            switch (variable.source()) {
                case Source.Text _ -> env.add(variable);
                case Source.Field field -> env.add(literal(variable.name(), field(field.path())));
                case Source.Key key -> value(key).ifPresent(value -> env.add(literal(variable.name(), value)));
                case Source.AllKeys all ->
                    content(all.kind(), all.object(), all.optional())
                            .texts()
                            .forEach((name, value) -> env.add(literal(all.prefix() + name, value)));
            }
        }
        return container.withEnv(env);
    }

    /** A value that stands for itself, whatever it looks like. */
    private static EnvVar literal(String name, String value) {
        return new EnvVar(name, value.replace("$", "$$"));
    }

    private String field(String path) {
        return PodField.parse(path)
                .orElseThrow(() -> new IllegalStateException("read before: " + path))
                .of(pod, podIps, hostIps);
    }

    private Optional<String> value(Source.Key key) {
        Optional<Content> content = contents.find(key.kind(), pod.metadata().namespace(), key.object());
        if (content.isEmpty() && !key.optional()) {
            throw missing(key.kind(), key.object());
        }
        Optional<String> value = content.map(found -> found.texts().get(key.key()));
        if (value.isEmpty() && !key.optional()) {
            throw new MissingContentException("couldn't find key " + key.key() + " in "
                    + (key.kind() == Content.Kind.SECRET ? "Secret " : "ConfigMap ")
                    + pod.metadata().namespace() + "/" + key.object());
        }
        return value;
    }

    private Content content(Content.Kind kind, String object, boolean optional) {
        Optional<Content> content = contents.find(kind, pod.metadata().namespace(), object);
        if (content.isEmpty() && !optional) {
            throw missing(kind, object);
        }
        return content.orElse(new Content(Map.of()));
    }

    private static MissingContentException missing(Content.Kind kind, String object) {
        return new MissingContentException(kind + " \"" + object + "\" not found");
    }

    /**
     * The files of a volume, by their paths in it.
     *
     * @throws MissingContentException when something isn't there that isn't optional
     */
    Map<String, VolumeFile> files(Volume volume) {
        Map<String, VolumeFile> files = new LinkedHashMap<>();
        for (Volume.Source source : volume.sources()) {
            switch (source) {
                case Volume.Source.Fields fields -> {
                    for (Volume.Item item : fields.items()) {
                        byte[] bytes = field(item.from()).getBytes(StandardCharsets.UTF_8);
                        files.put(item.path(), new VolumeFile(bytes, item.mode()));
                    }
                }
                case Volume.Source.Keys keys -> addKeys(keys, files);
            }
        }
        return files;
    }

    private void addKeys(Volume.Source.Keys keys, Map<String, VolumeFile> files) {
        Map<String, byte[]> bytes =
                content(keys.kind(), keys.object(), keys.optional()).bytes();
        if (keys.items().isEmpty()) {
            bytes.forEach((key, value) -> files.put(key, new VolumeFile(value, keys.mode())));
        }
        for (Volume.Item item : keys.items()) {
            byte[] value = bytes.get(item.from());
            if (value != null) {
                files.put(item.path(), new VolumeFile(value, item.mode()));
            } else if (!keys.optional()) {
                throw new MissingContentException(keys.kind() + " references non-existent config key: " + item.from());
            }
        }
    }
}
