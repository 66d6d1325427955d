package dev.fairlead.lab.control;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.DeploymentSpec.Strategy;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus.Phase;
import dev.fairlead.lab.model.ReplicaSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Users, nodes and pods do anything in any order, by a seed; after each event the controllers settle, and what a Deployment
 * promises must hold. At the end everything calms down and must come out as it was wanted.
 */
class SimulationTest {
    private static final int EVENTS = 250;
    private static final String[] STRATEGIES = {
        "",
        "strategy: {type: Recreate}, ",
        "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}, ",
        "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}, ",
        "strategy: {rollingUpdate: {maxSurge: 50%, maxUnavailable: 50%}}, ",
        "strategy: {rollingUpdate: {maxSurge: 100%, maxUnavailable: 0%}}, minReadySeconds: 3, ",
        "minReadySeconds: 2, "
    };

    private final List<String> history = new ArrayList<>();
    private final Map<ObjectKey, String> uidOfName = new HashMap<>();

    @ParameterizedTest
    @ValueSource(
            longs = {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
            })
    void promisesHold(long seed) {
        Random random = new Random(seed);
        Cluster cluster = new Cluster(seed);
        String strategy = STRATEGIES[(int) (seed % STRATEGIES.length)];
        change(cluster, random, "web", strategy);
        change(cluster, random, "back", "");
        cluster.settle();
        for (int i = 0; i < EVENTS; i++) {
            event(cluster, random, strategy);
            LabPicture before = cluster.lab.store.picture();
            cluster.settle();
            check(before, cluster);
        }
        for (String name : List.of("web", "back")) {
            change(cluster, random, name, name.equals("web") ? strategy : "");
        }
        cluster.settle();
        cluster.converge("web");
        cluster.converge("back");
        checkCalm(cluster);
    }

    private void event(Cluster cluster, Random random, String strategy) {
        switch (random.nextInt(20)) {
            case 0 -> change(cluster, random, "web", strategy);
            case 1 -> change(cluster, random, "back", random.nextBoolean() ? "paused: true, " : "");
            case 2 -> {
                history.add("delete web");
                cluster.lab.store.delete(Kind.DEPLOYMENT, Cluster.key("web"));
                cluster.settle();
                change(cluster, random, "web", strategy);
            }
            case 3 ->
                pick(cluster, random, pod -> true, pod -> {
                    history.add("user deletes " + pod.key());
                    cluster.lab.store.delete(Kind.POD, pod.key());
                });
            case 4 ->
                pick(cluster, random, pod -> pod.status().ready(), pod -> {
                    history.add("stops answering " + pod.key());
                    cluster.lab.store.setStatus(
                            pod.key(), pod.metadata().uid(), pod.status().withReady(false, cluster.lab.now));
                });
            case 5 ->
                pick(cluster, random, pod -> pod.status().phase() == Phase.RUNNING, pod -> {
                    history.add("fails " + pod.key());
                    cluster.lab.store.setStatus(
                            pod.key(),
                            pod.metadata().uid(),
                            pod.status().withReady(false, cluster.lab.now).withPhase(Phase.FAILED, "died"));
                });
            case 6, 7, 8 ->
                pick(cluster, random, pod -> pod.metadata().deleting(), pod -> {
                    history.add("gone " + pod.key());
                    cluster.lab.store.podGone(pod.key(), pod.metadata().uid());
                });
            case 9, 10 -> {
                history.add("a second passes");
                cluster.lab.now = cluster.lab.now.plusSeconds(1);
            }
            default ->
                pick(cluster, random, pod -> pod.active() && !pod.status().ready(), pod -> {
                    boolean ready = random.nextInt(4) > 0;
                    history.add((ready ? "answers " : "starts ") + pod.key());
                    cluster.lab.run(pod, ready, "10.244.0.9");
                });
        }
    }

    private void change(Cluster cluster, Random random, String name, String more) {
        int replicas = random.nextInt(9);
        String version = "v" + random.nextInt(4);
        history.add("apply " + name + " replicas=" + replicas + " version=" + version + " " + more);
        cluster.lab.apply(deploymentYaml(name, replicas, version, more + "revisionHistoryLimit: 2, "));
    }

    private static void pick(
            Cluster cluster, Random random, Predicate<Pod> which, java.util.function.Consumer<Pod> what) {
        List<Pod> pods = cluster.pods().stream().filter(which).toList();
        if (!pods.isEmpty()) {
            what.accept(pods.get(random.nextInt(pods.size())));
        }
    }

    private void check(LabPicture before, Cluster cluster) {
        LabPicture after = cluster.lab.store.picture();
        assertThat(cluster.controllers.reconcile(after, cluster.lab.now))
                .as("settled %s", history)
                .isEmpty();
        for (Deployment deployment : after.deployments().values()) {
            checkNumbers(before, after, deployment, cluster);
        }
        for (Pod pod : after.pods().values()) {
            String uid = uidOfName.putIfAbsent(pod.key(), pod.metadata().uid());
            assertThat(uid)
                    .as("name %s is used twice %s", pod.key(), history)
                    .isIn(null, pod.metadata().uid());
            assertThat(pod.spec().nodeName()).startsWith("node-");
        }
    }

    private void checkNumbers(LabPicture before, LabPicture after, Deployment deployment, Cluster cluster) {
        RolloutStatus then = RolloutStatus.of(before, deployment, cluster.lab.now);
        RolloutStatus now = RolloutStatus.of(after, deployment, cluster.lab.now);
        int replicas = deployment.spec().replicas();
        switch (deployment.spec().strategy()) {
            case Strategy.RollingUpdate rolling -> {
                int surge = rolling.maxSurge().ofRoundedUp(replicas);
                int down = rolling.maxUnavailable().ofRoundedDown(replicas);
                int unavailable = surge == 0 && down == 0 ? 1 : down;
                assertThat(now.replicas())
                        .as("%s at most replicas + maxSurge %s", deployment.title(), history)
                        .isLessThanOrEqualTo(replicas + surge);
                if (!deployment.spec().paused()) {
                    assertThat(now.available())
                            .as("%s loses no more than maxUnavailable %s", deployment.title(), history)
                            .isGreaterThanOrEqualTo(Math.min(then.available(), replicas - unavailable));
                }
            }
            case Strategy.Recreate _ -> {
                assertThat(now.replicas()).isLessThanOrEqualTo(replicas);
                Set<String> versions = new HashSet<>();
                for (ReplicaSet replicaSet :
                        after.replicaSetsOwnedBy(deployment.metadata().uid())) {
                    for (Pod pod : after.podsOwnedBy(replicaSet.metadata().uid())) {
                        if (!pod.status().phase().over()) {
                            versions.add(replicaSet.metadata().name());
                        }
                    }
                }
                assertThat(versions).as("one version at a time %s", history).hasSizeLessThanOrEqualTo(1);
            }
        }
    }

    private void checkCalm(Cluster cluster) {
        LabPicture picture = cluster.lab.store.picture();
        for (Deployment deployment : picture.deployments().values()) {
            List<ReplicaSet> all =
                    picture.replicaSetsOwnedBy(deployment.metadata().uid());
            assertThat(all.stream()
                            .filter(each -> each.replicas() > 0)
                            .mapToInt(ReplicaSet::replicas)
                            .sum())
                    .isEqualTo(deployment.spec().replicas());
            assertThat(all.stream().filter(each -> each.replicas() > 0)).hasSizeLessThanOrEqualTo(1);
        }
        Set<String> owners = new HashSet<>();
        picture.replicaSets()
                .values()
                .forEach(each -> owners.add(each.metadata().uid()));
        assertThat(picture.pods().values())
                .allMatch(pod -> owners.contains(
                        pod.metadata().ownerReferences().getFirst().uid()));
        assertThat(picture.pods().values().stream().filter(Pod::active))
                .allMatch(pod -> pod.status().ready());
    }
}
