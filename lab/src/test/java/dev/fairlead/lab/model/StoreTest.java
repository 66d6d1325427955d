package dev.fairlead.lab.model;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.lab.manifest.ManifestReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StoreTest {
    private final StoreFixture lab = new StoreFixture();
    private final Store store = lab.store;

    @Test
    void whatIsAppliedIsThere() {
        List<Change> changes =
                lab.apply(podYaml("web", ""), serviceYaml("web", ""), deploymentYaml("back", 2, "1", ""));
        assertThat(changes)
                .extracting(Change::toString)
                .containsExactly("pod/web created", "service/web created", "deployment.apps/back created");
        ObjectMeta metadata = lab.pod("web").metadata();
        assertThat(metadata.uid()).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(metadata.generation()).isEqualTo(1);
        assertThat(metadata.resourceVersion())
                .isPositive()
                .isLessThan(store.picture().resourceVersion());
        assertThat(metadata.creationTimestamp()).isEqualTo(lab.now);
        assertThat(lab.service("web").metadata().uid()).isNotEqualTo(metadata.uid());
    }

    @Test
    void applyingTheSameAgainChangesNothing() {
        String[] manifests = {podYaml("web", ""), serviceYaml("web", ""), deploymentYaml("back", 2, "1", "")};
        lab.apply(manifests);
        store.perform(List.of(new Action.AssignPod(lab.pod("web").key(), "node-2")));
        LabPicture before = store.picture();
        List<List<Change>> heard = new ArrayList<>();
        store.listen(heard::add);
        assertThat(lab.apply(manifests))
                .extracting(Change::toString)
                .containsExactly("pod/web unchanged", "service/web unchanged", "deployment.apps/back unchanged");
        assertThat(store.picture()).isSameAs(before);
        assertThat(heard).isEmpty();
    }

    @Test
    void aChangeCountsGenerationsOfTheSpecOnly() {
        lab.apply(deploymentYaml("web", 2, "1", ""));
        Deployment first = lab.deployment("web");
        assertThat(lab.apply(deploymentYaml("web", 5, "1", ""))).hasToString("[deployment.apps/web configured]");
        Deployment second = lab.deployment("web");
        assertThat(second.metadata().generation()).isEqualTo(2);
        assertThat(second.metadata().uid()).isEqualTo(first.metadata().uid());
        assertThat(second.metadata().resourceVersion())
                .isGreaterThan(first.metadata().resourceVersion());
        assertThat(second.spec().replicas()).isEqualTo(5);

        lab.apply(podYaml("web", ""));
        lab.run(lab.pod("web"), true, "10.244.1.2");
        lab.apply(podYaml("web", "").replace("{app: web}", "{app: web, tier: front}"));
        assertThat(lab.pod("web").metadata().labels()).containsEntry("tier", "front");
        assertThat(lab.pod("web").metadata().generation()).isEqualTo(1);
        assertThat(lab.pod("web").status().ready()).isTrue();
    }

    @Test
    void listenersHearEachCommandOnce() {
        List<String> heard = new ArrayList<>();
        store.listen(changes -> heard.add(changes.toString()));
        lab.apply(podYaml("web", ""), serviceYaml("web", ""));
        lab.run(lab.pod("web"), true, "10.244.1.2");
        lab.run(lab.pod("web"), true, "10.244.1.2");
        store.delete(Kind.SERVICE, new ObjectKey("default", "web"));
        assertThat(heard)
                .containsExactly(
                        "[pod/web created, service/web created]", "[pod/web configured]", "[service/web deleted]");
    }

    static List<Arguments> refusals() {
        String back = deploymentYaml("back", 2, "1", "");
        return List.of(
                Arguments.of(
                        podYaml("web", "nodeName: node-2, "),
                        "test-2.yaml: Pod default/web: spec.nodeName: a pod's spec cannot change; delete the pod and create"
                                + " it again"),
                Arguments.of(
                        podYaml("web", "").replace("8080", "9090"),
                        "test-2.yaml: Pod default/web: spec.containers[0].ports[0].containerPort: a pod's spec cannot"
                                + " change; delete the pod and create it again"),
                Arguments.of(
                        serviceYaml("web", "clusterIP: 10.96.0.99, "),
                        "test-2.yaml: Service default/web: spec.clusterIP: cannot change from 10.96.1.1 to 10.96.0.99;"
                                + " delete the Service and create it again"),
                Arguments.of(
                        serviceYaml("web", "clusterIP: None, "),
                        "test-2.yaml: Service default/web: spec.clusterIP: cannot change from 10.96.1.1 to None; delete the"
                                + " Service and create it again"),
                Arguments.of(
                        serviceYaml("other", "clusterIP: 10.96.1.1, "),
                        "test-2.yaml: Service default/other: spec.clusterIP: 10.96.1.1 already belongs to Service"
                                + " default/web; choose another, or leave it out"),
                Arguments.of(
                        serviceYaml("other", "clusterIP: 10.97.0.1, "),
                        "test-2.yaml: Service default/other: spec.clusterIP: 10.97.0.1 is outside the Service range"
                                + " 10.96.0.0/16; choose one inside, or leave it out"),
                Arguments.of(
                        serviceYaml("other", "clusterIP: 10.96.0.1, "),
                        "test-2.yaml: Service default/other: spec.clusterIP: 10.96.0.1 is reserved; choose another in"
                                + " 10.96.0.0/16, or leave it out"),
                Arguments.of(
                        serviceYaml("other", "clusterIP: 10.96.255.255, "),
                        "test-2.yaml: Service default/other: spec.clusterIP: 10.96.255.255 is the last of its range and"
                                + " reserved; choose another in 10.96.0.0/16, or leave it out"),
                Arguments.of(
                        serviceYaml("other", "ipFamilyPolicy: RequireDualStack, "),
                        "test-2.yaml: Service default/other: spec.ipFamilyPolicy: the lab has Service addresses of one"
                                + " family only, 10.96.0.0/16; use PreferDualStack or SingleStack"),
                Arguments.of(
                        serviceYaml("other", "ipFamilies: [IPv6], "),
                        "test-2.yaml: Service default/other: spec.ipFamilies[0]: the lab has no IPv6 Service addresses,"
                                + " only 10.96.0.0/16"),
                Arguments.of(
                        back.replace("{app: back}", "{app: rear}"),
                        "test-2.yaml: Deployment default/back: spec.selector: cannot change from app=back to app=rear;"
                                + " delete the Deployment and create it again"),
                Arguments.of(
                        podYaml("fresh", ""),
                        "test-2.yaml: Pod default/fresh: metadata.name: was already given in test-1.yaml; each name may"
                                + " stand once"));
    }

    /** The refused object comes after three that are fine; none of the four may leave a trace. */
    @ParameterizedTest
    @MethodSource("refusals")
    void allOrNothing(String wrong, String sentence) {
        StoreFixture twin = new StoreFixture();
        for (StoreFixture one : List.of(lab, twin)) {
            one.apply(podYaml("web", ""), serviceYaml("web", ""), deploymentYaml("back", 2, "1", ""));
        }
        LabPicture before = store.picture();
        List<List<Change>> heard = new ArrayList<>();
        store.listen(heard::add);
        String fine = String.join(
                "\n---\n", podYaml("fresh", ""), serviceYaml("fresh", ""), deploymentYaml("back", 7, "2", ""));
        String alone = wrong.contains("kind: Deployment")
                ? fine.replace(deploymentYaml("back", 7, "2", ""), deploymentYaml("more", 7, "2", ""))
                : fine;

        assertThatThrownBy(() -> lab.apply(alone, wrong))
                .isInstanceOf(ManifestException.class)
                .hasMessage(sentence);

        assertThat(store.picture()).isSameAs(before);
        assertThat(heard).isEmpty();
        lab.apply(fine);
        twin.apply(fine);
        assertThat(store.picture()).isEqualTo(twin.store.picture());
    }

    @Test
    void aPodThatNoNodeHasGoesAtOnce() {
        lab.apply(podYaml("web", ""));
        assertThat(store.delete(Kind.POD, new ObjectKey("default", "web")).deleted())
                .hasSize(1);
        assertThat(store.picture().pods()).isEmpty();
    }

    @Test
    void aPodThatANodeHasGoesWhenTheNodeSaysSo() {
        lab.apply(podYaml("web", ""));
        store.perform(List.of(new Action.AssignPod(new ObjectKey("default", "web"), "node-1")));
        Pod pod = lab.pod("web");
        store.delete(Kind.POD, pod.key());
        assertThat(lab.pod("web").metadata().deletionTimestamp()).isEqualTo(lab.now);
        assertThatThrownBy(() -> lab.apply(podYaml("web", "")))
                .hasMessage("test-1.yaml: Pod default/web: metadata.name: the earlier pod of this name is still being"
                        + " deleted; apply again when it is gone");
        lab.now = lab.now.plusSeconds(5);
        store.delete(Kind.POD, pod.key());
        assertThat(lab.pod("web").metadata().deletionTimestamp()).isEqualTo(lab.now.minusSeconds(5));

        assertThat(store.podGone(pod.key(), pod.metadata().uid())).isTrue();
        assertThat(store.podGone(pod.key(), pod.metadata().uid())).isFalse();
        lab.apply(podYaml("web", ""));
        assertThat(store.podGone(pod.key(), pod.metadata().uid())).isFalse();
        assertThat(store.setStatus(pod.key(), pod.metadata().uid(), PodStatus.NEW))
                .isFalse();
        assertThat(lab.pod("web").metadata().uid()).isNotEqualTo(pod.metadata().uid());
    }

    @Test
    void deletingByManifestSaysWhatWasMissing() {
        lab.apply(podYaml("web", ""), serviceYaml("web", ""));
        Deletion deletion = store.delete(ManifestReader.parse(
                "all.yaml",
                podYaml("web", "") + "\n---\n" + podYaml("ghost", "") + "\n---\n" + serviceYaml("web", "")));
        assertThat(deletion.deleted())
                .extracting(LabObject::title)
                .containsExactly("Pod default/web", "Service default/web");
        assertThat(deletion.missing()).hasToString("[all.yaml: Pod default/ghost: is not in the lab]");
        assertThat(store.picture().pods()).isEmpty();
        assertThat(store.picture().services()).isEmpty();
        assertThat(store.delete(Kind.POD, new ObjectKey("default", "ghost")).missing())
                .hasToString("[Pod default/ghost: is not in the lab]");
    }

    @Test
    void aNodeTakesItsPodsWithIt() {
        lab.apply(podYaml("one", "nodeName: node-1, "), podYaml("two", "nodeName: node-2, "));
        store.delete(Kind.NODE, new ObjectKey("", "node-1"));
        assertThat(store.picture().nodes()).hasSize(1);
        assertThat(store.picture().pods().keySet()).hasToString("[default/two]");
    }

    @Test
    void oldPicturesStayAsTheyWere() {
        lab.apply(podYaml("web", ""));
        LabPicture before = store.picture();
        lab.apply(podYaml("more", ""));
        store.delete(Kind.POD, new ObjectKey("default", "web"));
        assertThat(before.pods().keySet()).hasToString("[default/web]");
        assertThat(store.picture().pods().keySet()).hasToString("[default/more]");
        assertThatThrownBy(() -> store.picture().pods().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
