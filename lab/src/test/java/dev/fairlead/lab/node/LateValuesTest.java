package dev.fairlead.lab.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Ip;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Variables and files that come from elsewhere, as the documentation of Kubernetes has them. */
class LateValuesTest {
    private static final Map<String, Content> OBJECTS = Map.of(
            "configmap settings", content(Map.of("COLOUR", "blue", "price", "$(COLOUR) $5")),
            "secret login", content(Map.of("password", "s3cret")));

    private static Content content(Map<String, String> texts) {
        Map<String, byte[]> bytes = new java.util.TreeMap<>();
        texts.forEach((key, value) -> bytes.put(key, value.getBytes(StandardCharsets.UTF_8)));
        return new Content(bytes);
    }

    private static Pod pod(String container, String spec) {
        String manifest =
                "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: shop}, annotations: {tier: 'a\"b', app: shop}},"
                        + " spec: {" + spec + "containers: [{name: c, image: host, command: [env], " + container
                        + "}]}}";
        return (Pod) ManifestReader.parse("pod.yaml", manifest).objects().getFirst();
    }

    private static LateValues values(Pod pod) {
        return new LateValues(
                pod,
                List.of(Ip.of("10.244.1.7"), Ip.of("fd00::7")),
                List.of(Ip.of("172.30.0.2")),
                (kind, namespace, name) -> namespace.equals("default")
                        ? Optional.ofNullable(OBJECTS.get(kind + " " + name))
                        : Optional.empty());
    }

    private static Map<String, String> env(String container) {
        Pod pod = pod(container, "");
        Workload workload =
                Workload.of(values(pod).resolved(pod.spec().containers().getFirst()));
        return ((Workload.HostCommand) workload).env();
    }

    @Test
    void fieldsOfThePod() {
        assertThat(env("env: [{name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: IPS, valueFrom:"
                        + " {fieldRef: {fieldPath: status.podIPs}}}, {name: HOST, valueFrom: {fieldRef: {fieldPath:"
                        + " status.hostIP}}}, {name: APP, valueFrom: {fieldRef: {fieldPath:"
                        + " \"metadata.labels['app']\"}}}, {name: BOTH, value: $(NAME)@$(HOST)}]"))
                .containsExactly(
                        Map.entry("NAME", "web"),
                        Map.entry("IPS", "10.244.1.7,fd00::7"),
                        Map.entry("HOST", "172.30.0.2"),
                        Map.entry("APP", "shop"),
                        Map.entry("BOTH", "web@172.30.0.2"));
    }

    @Test
    void keysOfConfigMapsAndSecrets() {
        assertThat(env("env: [{name: COLOUR, value: red}, {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key:"
                        + " password}}}, {name: NOT, valueFrom: {configMapKeyRef: {name: settings, key: none, optional:"
                        + " true}}}], envFrom: [{prefix: CFG_, configMapRef: {name: settings}}, {configMapRef: {name:"
                        + " settings}}, {secretRef: {name: none, optional: true}}]"))
                .as("env wins, and what comes from elsewhere isn't expanded")
                .containsOnly(
                        Map.entry("CFG_COLOUR", "blue"),
                        Map.entry("CFG_price", "$(COLOUR) $5"),
                        Map.entry("COLOUR", "red"),
                        Map.entry("price", "$(COLOUR) $5"),
                        Map.entry("PASSWORD", "s3cret"));
    }

    @Test
    void whatIsMissingIsSaidInTheKubeletsWords() {
        assertThatThrownBy(() -> env("envFrom: [{configMapRef: {name: none}}]"))
                .isInstanceOf(MissingContentException.class)
                .hasMessage("configmap \"none\" not found");
        assertThatThrownBy(() -> env("env: [{name: A, valueFrom: {secretKeyRef: {name: login, key: user}}}]"))
                .hasMessage("couldn't find key user in Secret default/login");
    }

    @Test
    void filesOfVolumes() {
        Pod pod = pod(
                "volumeMounts: [{name: all, mountPath: /all}]",
                "volumes: [{name: all, projected: {defaultMode: 0600, sources: [{configMap: {name: settings, items:"
                        + " [{key: price, path: a/b, mode: 0755}]}}, {secret: {name: login}}, {downwardAPI: {items:"
                        + " [{path: labels, fieldRef: {fieldPath: metadata.annotations}}]}}]}}], ");
        Map<String, LateValues.VolumeFile> files =
                values(pod).files(pod.spec().volumes().getFirst());
        assertThat(files.keySet()).containsExactly("a/b", "password", "labels");
        List<LateValues.VolumeFile> all = List.copyOf(files.values());
        assertThat(all.get(0).mode()).isEqualTo(0755);
        assertThat(all.get(1).mode()).isEqualTo(0600);
        assertThat(new String(all.get(2).bytes(), StandardCharsets.UTF_8)).isEqualTo("app=\"shop\"\ntier=\"a\\\"b\"");
    }
}
