package dev.fairlead.lab.document;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.lab.control.Controllers;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Change;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.StoreFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Changes from both sides, and after each test both forms must say the same. */
class LabObjectsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StoreFixture lab = new StoreFixture();
    private final Controllers controllers = new Controllers(new Random(1));
    private final LabObjects objects = lab.objects();

    private static ObjectNode json(String yaml) {
        return JSON.valueToTree(new Yaml().load(yaml));
    }

    private ObjectNode create(Resource resource, String yaml) {
        return objects.registry()
                .create(resource, resource.namespaced() ? "default" : "", json(yaml), WriteOptions.STRICT)
                .object();
    }

    private ObjectNode get(Resource resource, String name) {
        return objects.registry().get(resource, "default", name);
    }

    private void settle() {
        objects.write(() -> {
            controllers.settle(lab.store, lab.now);
            objects.conclude();
            return Boolean.TRUE;
        });
    }

    private List<Change> apply(String... manifests) {
        List<Manifest> read = new ArrayList<>();
        for (String manifest : manifests) {
            read.add(ManifestReader.parse("test-" + (read.size() + 1) + ".yaml", manifest));
        }
        return objects.write(() -> objects.apply(read));
    }

    private void run(Pod pod) {
        objects.write(() -> {
            lab.run(pod, true, "10.244.1.7");
            return Boolean.TRUE;
        });
        settle();
    }

    @AfterEach
    void bothFormsSayTheSame() {
        settle();
        for (Kind kind : List.of(Kind.POD, Kind.SERVICE, Kind.DEPLOYMENT, Kind.REPLICA_SET)) {
            TreeSet<String> records = new TreeSet<>();
            for (LabObject object : lab.store.picture().ofKind(kind).values()) {
                records.add(object.metadata().uid() + " " + object.key() + " "
                        + object.metadata().labels() + Documents.spec(object));
            }
            TreeSet<String> documents = new TreeSet<>();
            for (JsonNode document : objects.registry()
                    .store()
                    .list(Documents.resource(kind).name(), "")
                    .objects()) {
                LabObject read = dev.fairlead.lab.manifest.DocumentReader.read(kind, document);
                documents.add(read.metadata().uid() + " " + read.key() + " "
                        + read.metadata().labels() + Documents.spec(read));
            }
            assertThat(documents).as(kind.toString()).isEqualTo(records);
        }
    }

    @Test
    void whatComesOverTheApiIsCarriedOut() {
        create(Resources.DEPLOYMENTS, deploymentYaml("web", 2, "1", ""));
        create(Resources.SERVICES, serviceYaml("web", ""));
        settle();
        assertThat(lab.store.picture().pods()).hasSize(2);
        assertThat(lab.service("web").spec().clusterIps()).hasSize(1);
        assertThat(get(Resources.DEPLOYMENTS, "web")
                        .path("status")
                        .path("replicas")
                        .asInt())
                .isEqualTo(2);
        lab.store.picture().pods().values().forEach(this::run);
        JsonNode status = get(Resources.DEPLOYMENTS, "web").path("status");
        assertThat(status.path("availableReplicas").asInt()).isEqualTo(2);
        assertThat(status.path("observedGeneration").asInt()).isEqualTo(1);
        JsonNode pod = objects.registry().store().list("pods", "").objects().getFirst();
        assertThat(pod.path("status").path("phase").asText()).isEqualTo("Running");
        assertThat(pod.path("status").path("podIP").asText()).isEqualTo("10.244.1.7");
    }

    @Test
    void whatTheLabAppliesIsInTheApiAndUnchangedTheSecondTime() {
        String[] manifests = {podYaml("web", ""), serviceYaml("web", ""), deploymentYaml("back", 2, "1", "")};
        apply(manifests);
        settle();
        assertThat(get(Resources.PODS, "web").path("spec").path("restartPolicy").asText())
                .isEqualTo("Always");
        long before = objects.registry().store().revision();
        assertThat(apply(manifests))
                .hasToString("[pod/web unchanged, service/web unchanged, deployment.apps/back unchanged]");
        assertThat(objects.registry().store().revision()).isEqualTo(before);
        assertThat(apply(deploymentYaml("back", 3, "1", ""))).hasToString("[deployment.apps/back configured]");
        assertThatThrownBy(() -> apply(podYaml("web", "").replace("8080", "9090")))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("spec.containers[0].ports[0].containerPort: a pod's spec cannot change");
    }

    /** Defaults, and how a number was written, are no new version of a Deployment. */
    @Test
    void theSameTemplateInOtherWordsIsTheSameVersion() {
        apply(deploymentYaml("web", 1, "1", ""));
        settle();
        objects.registry()
                .update(
                        Resources.DEPLOYMENTS,
                        "default",
                        "web",
                        "",
                        before -> {
                            ObjectNode after = before.deepCopy();
                            ((ObjectNode) after.path("spec").path("template").path("spec"))
                                    .set("terminationGracePeriodSeconds", LongNode.valueOf(30));
                            ((ObjectNode) after.path("spec")).put("replicas", 4);
                            return after;
                        },
                        WriteOptions.STRICT);
        settle();
        assertThat(lab.store.picture().replicaSets()).hasSize(1);
        assertThat(lab.store.picture().pods()).hasSize(4);
    }

    @Test
    void aRefusedApplyLeavesBothFormsAsTheyWere() {
        apply(serviceYaml("web", "clusterIP: 10.96.0.9, "));
        create(Resources.SERVICES, serviceYaml("other", "clusterIP: 10.96.0.10, "));
        long before = objects.registry().store().revision();
        assertThatThrownBy(() -> apply(podYaml("web", ""), serviceYaml("more", "clusterIP: 10.96.0.10, ")))
                .hasMessage("test-2.yaml: Service default/more: spec.clusterIP: 10.96.0.10 already belongs to Service"
                        + " default/other; choose another, or leave it out");
        assertThat(objects.registry().store().revision()).isEqualTo(before);
        assertThat(lab.store.picture().pods()).isEmpty();
    }

    @Test
    void aCommandThatFailsHalfWayIsUndone() {
        apply(podYaml("web", ""));
        assertThatThrownBy(() -> objects.write(() -> {
                    lab.apply(podYaml("half", ""));
                    throw new IllegalStateException("half way");
                }))
                .hasMessage("half way");
        assertThat(lab.store.picture().pods().keySet()).hasToString("[default/web]");
    }

    @Test
    void whatTheLabCanNotRunIsRefused() {
        assertThatThrownBy(() -> create(Resources.PODS, podYaml("web", "").replace("fairlead/http", "nginx")))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("spec.containers[0].image: 'nginx' is not an image of the lab");
        assertThatThrownBy(() -> create(
                        Resources.SERVICES, serviceYaml("web", "type: NodePort, externalTrafficPolicy: Local, ")))
                .hasMessageContaining("spec.externalTrafficPolicy: Local is not supported");
    }

    @Test
    void nodePortsAreGivenOutAndKept() {
        create(Resources.SERVICES, serviceYaml("web", "type: NodePort, "));
        settle();
        assertThat(lab.service("web").spec().ports().getFirst().nodePort()).isEqualTo(30086);
        apply(serviceYaml("other", "type: NodePort, "));
        assertThat(get(Resources.SERVICES, "other").at("/spec/ports/0/nodePort").asInt())
                .isEqualTo(30087);
        apply(serviceYaml("other", "type: NodePort, ").replace("port: 80", "port: 81"));
        apply(serviceYaml("web", "type: NodePort, "));
        assertThat(get(Resources.SERVICES, "web").at("/spec/ports/0/nodePort").asInt())
                .isEqualTo(30086);
        apply(serviceYaml("web", ""));
        assertThat(get(Resources.SERVICES, "web").at("/spec/ports/0").has("nodePort"))
                .isFalse();
        assertThat(lab.service("web").spec().ports().getFirst().nodePort()).isZero();
    }

    @Test
    void aPodIsMarkedFirstAndKeptByItsFinalizers() {
        create(Resources.PODS, podYaml("web", "").replace("name: web,", "name: web, finalizers: [a/b],"));
        settle();
        Pod pod = lab.pod("web");
        ObjectNode options = JsonNodeFactory.instance.objectNode().put("gracePeriodSeconds", 7);
        objects.registry().delete(Resources.PODS, "default", "web", options, WriteOptions.STRICT);
        settle();
        assertThat(lab.pod("web").metadata().deletionTimestamp()).isEqualTo(lab.now);
        assertThat(lab.pod("web").spec().terminationGracePeriodSeconds()).isEqualTo(7);
        objects.write(() -> lab.store.podGone(pod.key(), pod.metadata().uid()));
        assertThat(get(Resources.PODS, "web")
                        .path("metadata")
                        .path("deletionGracePeriodSeconds")
                        .asInt())
                .isZero();
        assertThat(lab.store.picture().pods()).isEmpty();
        objects.registry()
                .update(
                        Resources.PODS,
                        "default",
                        "web",
                        "",
                        before -> {
                            ObjectNode after = before.deepCopy();
                            ((ObjectNode) after.path("metadata")).remove("finalizers");
                            return after;
                        },
                        WriteOptions.STRICT);
        assertThat(objects.registry().find(Resources.PODS, "default", "web")).isEmpty();
    }

    @Test
    void aNamespaceTakesEverythingInItAlong() {
        create(Resources.NAMESPACES, "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
        apply(
                podYaml("web", "").replace("name: web,", "name: web, namespace: shop,"),
                deploymentYaml("back", 2, "1", "")
                        .replace("name: back}, spec: {rep", "name: back, namespace: shop}, spec: {rep"));
        settle();
        objects.registry()
                .delete(Resources.NAMESPACES, "", "shop", JsonNodeFactory.instance.objectNode(), WriteOptions.STRICT);
        settle();
        settle();
        for (Pod pod : lab.store.picture().pods().values()) {
            assertThat(pod.metadata().deleting()).as(pod.key().toString()).isTrue();
        }
        List.copyOf(lab.store.picture().pods().values())
                .forEach(pod -> objects.write(
                        () -> lab.store.podGone(pod.key(), pod.metadata().uid())));
        settle();
        assertThat(objects.registry().find(Resources.NAMESPACES, "", "shop")).isEmpty();
        assertThat(lab.store.picture().deployments()).isEmpty();
    }

    @Test
    void whatIsOwnedIsLeftAloneOrGoesFirst() {
        for (String policy : List.of("Orphan", "Foreground")) {
            create(Resources.DEPLOYMENTS, deploymentYaml("web", 2, "1", ""));
            settle();
            ObjectNode options = JsonNodeFactory.instance.objectNode().put("propagationPolicy", policy);
            objects.registry().delete(Resources.DEPLOYMENTS, "default", "web", options, WriteOptions.STRICT);
            settle();
            boolean orphans = policy.equals("Orphan");
            assertThat(lab.store.picture().replicaSets()).hasSize(orphans ? 1 : 0);
            List<Pod> pods = List.copyOf(lab.store.picture().pods().values());
            assertThat(pods).hasSize(2).allMatch(pod -> pod.metadata().deleting() == !orphans);
            pods.forEach(pod -> objects.write(() -> {
                lab.store.delete(Kind.POD, pod.key());
                return lab.store.podGone(pod.key(), pod.metadata().uid());
            }));
            if (orphans) {
                lab.store
                        .picture()
                        .replicaSets()
                        .keySet()
                        .forEach(key -> objects.write(() -> lab.store.delete(Kind.REPLICA_SET, key)));
            }
            settle();
            assertThat(objects.registry().find(Resources.DEPLOYMENTS, "default", "web"))
                    .isEmpty();
        }
    }

    /** Requests come on threads of their own, whatever the lab is doing. */
    @Test
    void manyWritersAtOnce() throws InterruptedException {
        apply(deploymentYaml("web", 1, "1", ""));
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 50; round++) {
                    create(Resources.PODS, podYaml("pod-" + number + "-" + round, ""));
                    objects.registry()
                            .update(
                                    Resources.DEPLOYMENTS,
                                    "default",
                                    "web",
                                    "",
                                    before -> {
                                        ObjectNode after = before.deepCopy();
                                        ((ObjectNode) after.path("metadata")).remove("resourceVersion");
                                        ((ObjectNode) after.path("metadata"))
                                                .withObjectProperty("labels")
                                                .put("last", "writer-" + number);
                                        return after;
                                    },
                                    WriteOptions.STRICT);
                }
            }));
        }
        for (int i = 0; i < 100; i++) {
            apply(podYaml("lab-" + i, ""));
            settle();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        settle();
        assertThat(lab.store.picture().pods()).hasSize(4 * 50 + 100 + 1);
        assertThat(objects.registry().store().list("pods", "").objects()).hasSize(4 * 50 + 100 + 1);
        assertThat(lab.store.picture().pods()).containsKey(new ObjectKey("default", "pod-3-49"));
    }
}
