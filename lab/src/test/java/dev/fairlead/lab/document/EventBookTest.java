package dev.fairlead.lab.document;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.lab.control.Controllers;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.StoreFixture;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which Events there are, by a clock that the test turns. */
class EventBookTest {
    private final StoreFixture lab = new StoreFixture();
    private final Controllers controllers = new Controllers(new Random(1));
    private final LabObjects objects = lab.objects();

    private void apply(String manifest) {
        var unused = objects.write(() -> objects.apply(List.of(ManifestReader.parse("test.yaml", manifest))));
        settle();
    }

    private void settle() {
        objects.write(() -> {
            controllers.settle(lab.store, lab.now);
            objects.conclude();
            objects.writeEvents();
            return Boolean.TRUE;
        });
    }

    private List<ObjectNode> events() {
        return objects.registry().store().list("events", "").objects();
    }

    private List<String> lines() {
        return events().stream()
                .map(event -> event.path("reason").asText() + " "
                        + event.path("involvedObject").path("kind").asText() + " x"
                        + event.path("count").asInt())
                .sorted()
                .toList();
    }

    private void happens(Pod pod, String message) {
        objects.happened(
                pod.key(),
                pod.metadata().uid(),
                PodEvent.warning("Unhealthy", "spec.containers{http}", message),
                "node-1");
        settle();
    }

    @Test
    void controllersAndSchedulerTellWhatTheyDo() {
        apply(deploymentYaml("web", 2, "1", ""));
        assertThat(lines())
                .containsExactly(
                        "ScalingReplicaSet Deployment x1",
                        "Scheduled Pod x1",
                        "Scheduled Pod x1",
                        "SuccessfulCreate ReplicaSet x1",
                        "SuccessfulCreate ReplicaSet x1");
        apply(deploymentYaml("web", 1, "1", ""));
        assertThat(events())
                .extracting(event -> event.path("message").asText())
                .anyMatch(text -> text.matches("Scaled down replica set web-[a-z0-9]+ from 2 to 1"))
                .anyMatch(text -> text.matches("Deleted pod: web-[a-z0-9]+-[a-z0-9]+"));
    }

    @Test
    void aPodThatNoNodeCanHaveIsTold() {
        apply(podYaml("picky", "nodeSelector: {disk: tape}, "));
        JsonNode event = events().getFirst();
        assertThat(event.path("reason").asText()).isEqualTo("FailedScheduling");
        assertThat(event.path("type").asText()).isEqualTo("Warning");
        assertThat(event.path("message").asText())
                .isEqualTo("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
        assertThat(event.path("source").path("component").asText()).isEqualTo("default-scheduler");
        settle();
        assertThat(events()).hasSize(1);
    }

    @Test
    void theSameAgainIsCounted() {
        apply(podYaml("web", "nodeName: node-1, "));
        Pod pod = lab.pod("web");
        happens(pod, "no answer");
        lab.now = lab.now.plusSeconds(10);
        happens(pod, "no answer");
        happens(pod, "wrong answer");
        assertThat(lines()).containsExactly("Unhealthy Pod x1", "Unhealthy Pod x2");
        JsonNode counted = events().stream()
                .filter(event -> event.path("count").asInt() == 2)
                .findFirst()
                .orElseThrow();
        assertThat(counted.path("firstTimestamp").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(counted.path("lastTimestamp").asText()).isEqualTo("2026-01-01T00:00:10Z");
        assertThat(counted.path("involvedObject").path("fieldPath").asText()).isEqualTo("spec.containers{http}");
        assertThat(counted.path("source").path("host").asText()).isEqualTo("node-1");
    }

    @Test
    void theyAreKeptForAnHourAfterTheyHappenedLast() {
        apply(podYaml("web", "nodeName: node-1, "));
        Pod pod = lab.pod("web");
        happens(pod, "early");
        happens(pod, "again");
        lab.now = lab.now.plus(EventBook.KEPT);
        happens(pod, "again");
        assertThat(lines()).hasSize(2);
        lab.now = lab.now.plusSeconds(1);
        settle();
        assertThat(lines()).containsExactly("Unhealthy Pod x2");
    }

    @Test
    void onePodInTroubleDoesNotPushOutTheOthers() {
        apply(podYaml("web", "nodeName: node-1, "));
        apply(podYaml("loud", "nodeName: node-1, "));
        happens(lab.pod("web"), "once");
        for (int i = 0; i < 2 * EventBook.MOST_OF_ONE; i++) {
            happens(lab.pod("loud"), "number " + i);
        }
        assertThat(events()).hasSize(EventBook.MOST_OF_ONE + 1);
        assertThat(events())
                .extracting(event -> event.path("message").asText())
                .contains("once", "number " + (2 * EventBook.MOST_OF_ONE - 1))
                .doesNotContain("number 0");
    }

    @Test
    void thereAreNeverMoreThanTheMost() {
        for (int i = 0; i < EventBook.MOST + 10; i++) {
            objects.happened(
                    new dev.fairlead.lab.model.ObjectKey("default", "pod-" + i),
                    "uid-" + i,
                    PodEvent.normal("Started", "", "Started"),
                    "node-1");
        }
        settle();
        assertThat(events()).hasSize(EventBook.MOST);
    }

    @Test
    void oneThatSomebodyDeletedBeginsAnew() {
        apply(podYaml("web", "nodeName: node-1, "));
        happens(lab.pod("web"), "no answer");
        happens(lab.pod("web"), "no answer");
        String name = events().getFirst().path("metadata").path("name").asText();
        var unused = objects.registry()
                .delete(
                        Resources.EVENTS,
                        "default",
                        name,
                        com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode(),
                        WriteOptions.STRICT);
        happens(lab.pod("web"), "no answer");
        assertThat(lines()).containsExactly("Unhealthy Pod x1");
    }
}
