package dev.fairlead.lab.model;

import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.document.LabObjects;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A store with two nodes, a clock that stands still unless told, and short ways to change it. */
public final class StoreFixture {
    public static final ServiceCidrs IPV4 = new ServiceCidrs(List.of(Prefix.of("10.96.0.0/16")));
    public static final ServiceCidrs DUAL =
            new ServiceCidrs(List.of(Prefix.of("10.96.0.0/16"), Prefix.of("fd00:96::/108")));

    public Instant now = Instant.parse("2026-01-01T00:00:00Z");
    public final Store store;

    public StoreFixture(ServiceCidrs cidrs, long seed) {
        store = new Store(cidrs, () -> now, new Random(seed));
        store.putNode(node("node-1", Map.of("disk", "ssd")));
        store.putNode(node("node-2", Map.of("disk", "hdd")));
    }

    public StoreFixture() {
        this(IPV4, 1);
    }

    /** The API's documents beside these records, with nobody who would be woken. */
    public LabObjects objects() {
        return new LabObjects(
                store,
                ObjectStore.inMemory(),
                RuleBook.of(IPV4.prefixes()),
                _ -> {},
                () -> now,
                new Random(2),
                () -> {});
    }

    public static Node node(String name, Map<String, String> labels) {
        return new Node(ObjectMeta.of("", name, labels, Map.of()), List.of(), List.of(), "", true, List.of(), false);
    }

    public List<Change> apply(String... manifests) {
        List<Manifest> read = new java.util.ArrayList<>();
        for (String manifest : manifests) {
            read.add(ManifestReader.parse("test-" + (read.size() + 1) + ".yaml", manifest));
        }
        return store.apply(read);
    }

    public Pod pod(String name) {
        return Objects.requireNonNull(store.picture().pods().get(new ObjectKey("default", name)), name);
    }

    public Service service(String name) {
        return Objects.requireNonNull(store.picture().services().get(new ObjectKey("default", name)), name);
    }

    public Deployment deployment(String name) {
        return Objects.requireNonNull(store.picture().deployments().get(new ObjectKey("default", name)), name);
    }

    /** What a node does: gives the pod addresses and says whether it answers. */
    public void run(Pod pod, boolean ready, String... ips) {
        List<Ip> addresses = java.util.Arrays.stream(ips).map(Ip::of).toList();
        store.setStatus(
                pod.key(),
                pod.metadata().uid(),
                pod.status()
                        .withSandbox(
                                addresses, 4711, "/run/netns/" + pod.metadata().name(), now)
                        .withPhase(PodStatus.Phase.RUNNING, "")
                        .withReady(ready, now));
    }

    public static String podYaml(String name, String more) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {app: web}}, spec: {" + more
                + "containers: [{name: http, image: fairlead/http, ports: [{name: http, containerPort: 8080}]}]}}";
    }

    public static String serviceYaml(String name, String more) {
        return "{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {" + more
                + "selector: {app: web}, ports: [{port: 80, targetPort: http}]}}";
    }

    public static String deploymentYaml(String name, int replicas, String version, String more) {
        return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: " + name + "}, spec: {replicas: " + replicas
                + ", " + more + "selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels: {app: "
                + name + "}, annotations: {version: '" + version
                + "'}}, spec: {containers: [{name: http, image: fairlead/http}]}}}}";
    }
}
