package dev.fairlead.lab.control;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus.Phase;
import dev.fairlead.lab.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DeploymentTest {
    private final Cluster cluster = new Cluster(7);

    private String web(int replicas, String version, String more) {
        return deploymentYaml("web", replicas, version, more);
    }

    @Test
    void namesLabelsAndOwnersAreThoseOfKubernetes() {
        cluster.apply(web(2, "1", ""));
        ReplicaSet replicaSet = cluster.replicaSets().getFirst();
        assertThat(replicaSet.metadata().name()).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5,10}");
        String hash = replicaSet.metadata().name().substring("web-".length());
        assertThat(replicaSet.metadata().labels())
                .containsEntry("pod-template-hash", hash)
                .containsEntry("app", "web");
        assertThat(replicaSet.metadata().annotations()).containsEntry("deployment.kubernetes.io/revision", "1");
        assertThat(replicaSet.selector()).hasToString("app=web,pod-template-hash=" + hash);
        assertThat(replicaSet
                        .metadata()
                        .isOwnedBy(cluster.lab.deployment("web").metadata().uid()))
                .isTrue();
        assertThat(cluster.pods()).hasSize(2).allSatisfy(pod -> {
            assertThat(pod.metadata().name())
                    .matches(replicaSet.metadata().name() + "-[bcdfghjklmnpqrstvwxz2456789]{5}");
            assertThat(pod.metadata().labels()).isEqualTo(replicaSet.metadata().labels());
            assertThat(pod.metadata().annotations()).containsEntry("version", "1");
            assertThat(pod.metadata().isOwnedBy(replicaSet.metadata().uid())).isTrue();
            assertThat(pod.spec().nodeName()).startsWith("node-");
        });
    }

    @Test
    void longNamesAreCutAsGenerateNameDoes() {
        String name = "a".repeat(60);
        assertThat(new GeneratedNames(new java.util.Random(1)).next(name, taken -> false))
                .hasSize(63)
                .startsWith("a".repeat(58));
    }

    @Test
    void namesThatAreTakenAreNotGivenAgain() {
        List<String> asked = new ArrayList<>();
        String name = new GeneratedNames(new java.util.Random(1)).next("web", candidate -> {
            asked.add(candidate);
            return asked.size() < 3;
        });
        assertThat(asked).hasSize(3).doesNotHaveDuplicates().endsWith(name);
    }

    @Test
    void theHashIsOfTheContentNotOfItsSpelling() {
        Deployment yaml = (Deployment) ManifestReader.parse("a", deploymentYaml("web", 1, "1", ""))
                .objects()
                .getFirst();
        Deployment json = (Deployment) ManifestReader.parse("b", """
                        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
                          "template": {"spec": {"containers": [{"image": "fairlead/http", "name": "http"}]},
                            "metadata": {"annotations": {"version": "1"}, "labels": {"app": "web"}}},
                          "selector": {"matchLabels": {"app": "web"}}, "replicas": 1}}
                        """).objects().getFirst();
        assertThat(json.spec().template()).isEqualTo(yaml.spec().template());
        assertThat(TemplateHash.of(json.spec().template(), 0))
                .isEqualTo(TemplateHash.of(yaml.spec().template(), 0));
        assertThat(TemplateHash.of(json.spec().template(), 1))
                .isNotEqualTo(TemplateHash.of(json.spec().template(), 0));
    }

    @Test
    void applyingTheSameInAnotherSpellingRollsNothing() {
        cluster.apply(
                web(1, "1", "").replace("image: fairlead/http", "image: fairlead/http, ports: [{containerPort: 80}]"));
        cluster.converge("web");
        Set<ObjectKey> before = Set.copyOf(cluster.lab.store.picture().pods().keySet());
        cluster.apply("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
                  "template": {"spec": {"containers": [
                      {"image": "fairlead/http", "name": "http", "ports": [{"containerPort": 80}]}]},
                    "metadata": {"annotations": {"version": "1"}, "labels": {"app": "web"}}},
                  "selector": {"matchLabels": {"app": "web"}}, "replicas": 1}}
                """);
        assertThat(cluster.lab.store.picture().pods().keySet()).isEqualTo(before);
        assertThat(cluster.replicaSets()).hasSize(1);
    }

    /** The default strategy: a quarter more, a quarter less. Of 4 replicas that is 5 pods, 3 of them ready. */
    @Test
    void aRollingUpdateStepByStep() {
        cluster.apply(web(4, "1", ""));
        cluster.startAll();
        List<String> steps = new ArrayList<>();
        cluster.apply(web(4, "2", ""));
        steps.add(cluster.replicas());
        for (int i = 0; i < 20 && !cluster.rollout("web").complete(); i++) {
            cluster.pods().stream()
                    .filter(pod -> pod.active() && !pod.status().ready())
                    .findFirst()
                    .ifPresent(pod -> cluster.lab.run(pod, true, "10.244.0.9"));
            cluster.settle();
            steps.add(cluster.replicas());
        }
        assertThat(steps).containsExactly("3+2", "2+3", "1+4", "4", "4");
        assertThat(cluster.rollout("web")).hasToString("4/4 ready, 4 up to date, 4 available");
    }

    @Test
    void aPodThatNeverAnswersStopsTheUpdate() {
        cluster.apply(web(4, "1", ""));
        cluster.startAll();
        cluster.apply(web(4, "2", ""));
        for (int i = 0; i < 5; i++) {
            cluster.buryAll();
        }
        assertThat(cluster.replicas()).isEqualTo("3+2");
        assertThat(cluster.rollout("web")).hasToString("3/4 ready, 2 up to date, 3 available");
        assertThat(cluster.rollout("web").complete()).isFalse();
    }

    @Test
    void percentagesThatRoundToNothingStillMove() {
        String more = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 10%}}, ";
        cluster.apply(web(2, "1", more));
        cluster.startAll();
        cluster.apply(web(2, "2", more));
        assertThat(cluster.replicas()).isIn("1+1", "1");
        cluster.converge("web");
    }

    @Test
    void recreateLetsAllOldPodsGoFirst() {
        String more = "strategy: {type: Recreate}, ";
        cluster.apply(web(3, "1", more));
        cluster.startAll();
        cluster.apply(web(3, "2", more));
        assertThat(cluster.replicas()).isEmpty();
        assertThat(cluster.pods()).hasSize(3).allMatch(pod -> pod.metadata().deleting());
        Pod first = cluster.pods().getFirst();
        cluster.lab.store.podGone(first.key(), first.metadata().uid());
        cluster.settle();
        assertThat(cluster.replicas()).isEmpty();
        cluster.buryAll();
        assertThat(cluster.replicas()).isEqualTo("3");
        assertThat(cluster.pods())
                .hasSize(3)
                .allMatch(pod -> "2".equals(pod.metadata().annotations().get("version")));
    }

    @Test
    void aDeletedPodIsReplacedUnderANewName() {
        cluster.apply(web(2, "1", ""));
        cluster.startAll();
        Pod gone = cluster.pods().getFirst();
        Pod stays = cluster.pods().getLast();
        cluster.lab.store.delete(Kind.POD, gone.key());
        cluster.settle();
        assertThat(cluster.pods()).hasSize(3);
        cluster.buryAll();
        assertThat(cluster.pods())
                .hasSize(2)
                .contains(stays)
                .noneMatch(pod -> pod.metadata().name().equals(gone.metadata().name()));
    }

    @Test
    void aFailedPodIsReplacedAndStaysToBeLookedAt() {
        cluster.apply(web(1, "1", ""));
        cluster.startAll();
        Pod failed = cluster.pods().getFirst();
        cluster.lab.store.setStatus(
                failed.key(),
                failed.metadata().uid(),
                failed.status().withPhase(Phase.FAILED, "its pause process ended"));
        cluster.settle();
        assertThat(cluster.pods()).hasSize(2);
        assertThat(cluster.pod(failed.metadata().name()).status().phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void scalingTakesTheLeastMissedFirst() {
        cluster.apply(web(4, "1", ""));
        List<Pod> pods = cluster.pods();
        cluster.lab.run(pods.get(2), true, "10.244.0.2");
        cluster.lab.run(pods.get(0), true, "10.244.0.1");
        cluster.lab.run(pods.get(3), false, "10.244.0.3");
        cluster.settle();
        cluster.apply(web(3, "1", ""));
        assertThat(active()).doesNotContain(pods.get(1).metadata().name()).hasSize(3);
        cluster.apply(web(2, "1", ""));
        assertThat(active()).doesNotContain(pods.get(3).metadata().name()).hasSize(2);
        cluster.apply(web(5, "1", ""));
        assertThat(active())
                .hasSize(5)
                .contains(pods.get(0).metadata().name(), pods.get(2).metadata().name());
        cluster.apply(web(0, "1", ""));
        assertThat(active()).isEmpty();
    }

    /** The youngest pod would go first, were it not the only one of its node. */
    @Test
    void scalingDownKeepsTheSpread() {
        Node second = cluster.lab.store.picture().node("node-2").orElseThrow();
        cluster.lab.store.putNode(new Node(
                second.metadata(), second.addresses(), second.podCidrs(), "", true, java.util.List.of(), true));
        cluster.apply(web(3, "1", ""));
        cluster.startAll();
        cluster.lab.store.putNode(second);
        cluster.lab.now = cluster.lab.now.plusSeconds(1);
        cluster.apply(web(4, "1", ""));
        cluster.startAll();
        cluster.apply(web(2, "1", ""));
        assertThat(cluster.pods().stream()
                        .filter(Pod::active)
                        .map(pod -> pod.spec().nodeName()))
                .containsExactlyInAnyOrder("node-1", "node-2");
    }

    @Test
    void deletingTakesEverythingAlong() {
        cluster.apply(web(3, "1", ""));
        cluster.startAll();
        cluster.apply(web(3, "2", ""));
        cluster.apply(deploymentYaml("other", 1, "1", ""));
        cluster.lab.store.delete(Kind.DEPLOYMENT, Cluster.key("web"));
        cluster.settle();
        assertThat(cluster.replicaSets())
                .extracting(ReplicaSet::title)
                .hasSize(1)
                .allMatch(title -> title.contains("other"));
        assertThat(cluster.pods().stream().filter(Pod::active)).hasSize(1);
        cluster.buryAll();
        assertThat(cluster.pods()).hasSize(1);
    }

    @Test
    void goingBackUsesTheEarlierReplicaSetAsTheNewestRevision() {
        cluster.apply(web(2, "1", ""));
        cluster.converge("web");
        String first = cluster.replicaSets().getFirst().metadata().name();
        cluster.apply(web(2, "2", ""));
        cluster.converge("web");
        cluster.apply(web(2, "1", ""));
        cluster.converge("web");
        assertThat(cluster.replicaSets()).hasSize(2);
        ReplicaSet renewed = cluster.replicaSets().stream()
                .filter(each -> each.metadata().name().equals(first))
                .findFirst()
                .orElseThrow();
        assertThat(renewed.metadata().annotations()).containsEntry("deployment.kubernetes.io/revision", "3");
        assertThat(renewed.replicas()).isEqualTo(2);
    }

    @Test
    void historyIsLimited() {
        for (int version = 1; version <= 6; version++) {
            cluster.apply(web(1, "v" + version, "revisionHistoryLimit: 2, "));
            cluster.converge("web");
        }
        assertThat(cluster.replicaSets().stream().map(Versions::revision).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(4L, 5L, 6L);
    }

    @Test
    void aForeignReplicaSetOfTheSameNameIsLeftAlone() {
        cluster.apply(web(1, "1", ""));
        ReplicaSet foreign = cluster.replicaSets().getFirst();
        cluster.lab.store.delete(Kind.DEPLOYMENT, Cluster.key("web"));
        cluster.settle();
        cluster.buryAll();
        cluster.lab.store.perform(
                List.of(new Action.CreateReplicaSet(foreign.withMetadata(dev.fairlead.lab.model.ObjectMeta.of(
                        "default", foreign.metadata().name(), java.util.Map.of(), java.util.Map.of())))));
        cluster.apply(web(1, "1", ""));
        assertThat(cluster.replicaSets()).hasSize(2);
    }

    @Test
    void aPausedDeploymentScalesButDoesNotRoll() {
        cluster.apply(web(2, "1", ""));
        cluster.startAll();
        cluster.apply(web(2, "2", "paused: true, "));
        assertThat(cluster.replicas()).isEqualTo("2");
        assertThat(cluster.replicaSets()).hasSize(1);
        cluster.apply(web(4, "2", "paused: true, "));
        assertThat(cluster.replicas()).isEqualTo("4");
        assertThat(cluster.replicaSets()).hasSize(1);
        cluster.apply(web(4, "2", ""));
        cluster.converge("web");
        assertThat(cluster.pods())
                .allMatch(pod -> "2".equals(pod.metadata().annotations().get("version")));
    }

    @Test
    void minReadySecondsHoldsTheUpdateBack() {
        String more = "minReadySeconds: 10, strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, ";
        cluster.apply(web(2, "1", more));
        cluster.startAll();
        assertThat(Controllers.due(cluster.lab.store.picture(), cluster.lab.now))
                .contains(cluster.lab.now.plusSeconds(10));
        cluster.lab.now = cluster.lab.now.plusSeconds(10);
        assertThat(Controllers.due(cluster.lab.store.picture(), cluster.lab.now))
                .isEmpty();
        cluster.apply(web(2, "2", more));
        cluster.startAll();
        assertThat(cluster.replicas()).isEqualTo("2+1");
        cluster.lab.now = cluster.lab.now.plusSeconds(9);
        cluster.settle();
        assertThat(cluster.replicas()).isEqualTo("2+1");
        cluster.lab.now = cluster.lab.now.plusSeconds(1);
        cluster.settle();
        assertThat(cluster.replicas()).isEqualTo("1+2");
    }

    private List<String> active() {
        return cluster.pods().stream()
                .filter(Pod::active)
                .map(pod -> pod.metadata().name())
                .toList();
    }
}
