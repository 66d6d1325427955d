package dev.fairlead.lab.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.PodStatus.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whole lives of pods, by a clock that the test turns. Steps are written as {@code start app} and {@code ask app readiness}. */
class PodCourseTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final String APP = "{name: app, image: host, command: [app]";

    private Instant now = BEGIN;
    private final List<Step.Ask> asked = new ArrayList<>();

    private static PodCourse course(String spec) {
        String manifest = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {" + spec + "}}";
        return new PodCourse(
                (Pod) ManifestReader.parse("pod.yaml", manifest).objects().getFirst());
    }

    private static PodCourse app(String policy, String more) {
        return course("restartPolicy: " + policy + ", containers: [" + APP + more + "}]");
    }

    private List<String> next(PodCourse course) {
        List<String> steps = new ArrayList<>();
        for (Step step : course.next(now)) {
            switch (step) {
                case Step.Start start -> steps.add("start " + start.container());
                case Step.End end -> steps.add("end " + end.container());
                case Step.Ask ask -> {
                    asked.add(ask);
                    steps.add("ask " + ask.container() + " " + ask.purpose());
                }
            }
        }
        return steps;
    }

    /** Starts everything that is to start now. */
    private void run(PodCourse course) {
        for (List<String> steps = next(course); !steps.isEmpty(); steps = next(course)) {
            steps.stream()
                    .filter(step -> step.startsWith("start "))
                    .forEach(step -> course.started(step.substring(6), 42, now));
        }
    }

    private void after(double seconds) {
        now = now.plus(Duration.ofMillis((long) (seconds * 1000)));
    }

    private static ContainerStatus status(PodCourse course, String name) {
        return Stream.concat(course.initContainers().stream(), course.containers().stream())
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String state(PodCourse course, String name) {
        return switch (status(course, name).state()) {
            case State.Waiting waiting -> waiting.reason();
            case State.Running _ -> "running";
            case State.Terminated terminated -> terminated.reason() + " " + terminated.exitCode();
        };
    }

    private static List<String> events(PodCourse course) {
        return course.takeEvents().stream().map(PodEvent::reason).toList();
    }

    private void answer(PodCourse course, boolean good) {
        course.answered(asked.removeFirst(), good, "it said no", now);
    }

    @Test
    void aContainerStartsAndIsReadyWhenItRuns() {
        PodCourse course = app("Always", "");
        assertThat(course.phase()).isEqualTo(Phase.PENDING);
        assertThat(state(course, "app")).isEqualTo("ContainerCreating");
        assertThat(next(course)).containsExactly("start app");
        assertThat(next(course)).as("handed out once").isEmpty();
        assertThat(course.phase()).isEqualTo(Phase.PENDING);
        course.started("app", 42, now);
        assertThat(course.phase()).isEqualTo(Phase.RUNNING);
        assertThat(course.isReady()).isTrue();
        assertThat(course.due(now)).isEmpty();
    }

    @Test
    void aContainerThatKeepsEndingIsStartedAtOnceAndThenLaterAndLater() {
        PodCourse course = app("Always", "");
        run(course);
        after(5);
        course.ended("app", 1, "", "", now);
        assertThat(state(course, "app")).isEqualTo("Error 1");
        assertThat(course.phase()).isEqualTo(Phase.RUNNING);
        assertThat(course.isReady()).isFalse();
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 43, now);
        assertThat(status(course, "app").restartCount()).isEqualTo(1);
        assertThat(status(course, "app").last().orElseThrow().exitCode()).isEqualTo(1);
        assertThat(Duration.between(
                        status(course, "app").last().orElseThrow().startedAt(),
                        status(course, "app").last().orElseThrow().finishedAt()))
                .isEqualTo(Duration.ofSeconds(5));

        course.ended("app", 2, "", "", now);
        assertThat(next(course)).isEmpty();
        assertThat(state(course, "app")).isEqualTo("CrashLoopBackOff");
        assertThat(((State.Waiting) status(course, "app").state()).message())
                .isEqualTo("back-off 1s restarting failed container=app pod=web_default()");
        assertThat(status(course, "app").last().orElseThrow().exitCode()).isEqualTo(2);
        assertThat(course.due(now)).contains(now.plusSeconds(1));
        assertThat(events(course)).containsExactly("BackOff");
        after(0.5);
        assertThat(next(course)).isEmpty();
        assertThat(events(course)).as("once for each wait").isEmpty();
        after(0.5);
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 44, now);
        assertThat(status(course, "app").restartCount()).isEqualTo(2);
        course.ended("app", 0, "", "", now);
        assertThat(next(course)).isEmpty();
        assertThat(course.due(now)).contains(now.plusSeconds(2));
        assertThat(course.phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void whetherItIsStartedAgainIsThePolicys() {
        record Case(String policy, int code, Phase phase, boolean again) {}
        for (Case one : List.of(
                new Case("Always", 0, Phase.RUNNING, true),
                new Case("Always", 1, Phase.RUNNING, true),
                new Case("OnFailure", 0, Phase.SUCCEEDED, false),
                new Case("OnFailure", 1, Phase.RUNNING, true),
                new Case("Never", 0, Phase.SUCCEEDED, false),
                new Case("Never", 1, Phase.FAILED, false))) {
            PodCourse course = app(one.policy(), "");
            run(course);
            course.ended("app", one.code(), "", "", now);
            assertThat(course.phase()).as(one.toString()).isEqualTo(one.phase());
            assertThat(next(course)).as(one.toString()).isEqualTo(one.again() ? List.of("start app") : List.of());
            assertThat(course.isReady()).isFalse();
        }
    }

    @Test
    void initContainersRunOneAfterTheOther() {
        PodCourse course = course("initContainers: [{name: one, image: host, command: [a]}, {name: two, image: host,"
                + " command: [b]}], containers: [" + APP + "}]");
        assertThat(next(course)).containsExactly("start one");
        course.started("one", 1, now);
        assertThat(next(course)).isEmpty();
        assertThat(state(course, "app")).isEqualTo("PodInitializing");
        assertThat(status(course, "one").ready()).isFalse();
        course.ended("one", 0, "", "", now);
        assertThat(status(course, "one").ready()).isTrue();
        assertThat(next(course)).containsExactly("start two");
        course.started("two", 2, now);
        course.ended("two", 3, "", "", now);
        assertThat(course.phase()).isEqualTo(Phase.PENDING);
        assertThat(next(course)).as("once at once").containsExactly("start two");
        course.started("two", 2, now);
        course.ended("two", 3, "", "", now);
        assertThat(next(course)).isEmpty();
        assertThat(state(course, "two")).isEqualTo("CrashLoopBackOff");
        assertThat(course.takeEvents().getLast().fieldPath()).isEqualTo("spec.initContainers{two}");
        after(1);
        assertThat(next(course)).containsExactly("start two");
        course.started("two", 2, now);
        course.ended("two", 0, "", "", now);
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 3, now);
        assertThat(course.phase()).isEqualTo(Phase.RUNNING);
        assertThat(next(course)).as("they don't run again").isEmpty();
    }

    @Test
    void anInitContainerThatFailsForGoodFailsThePod() {
        PodCourse course = course("restartPolicy: Never, initContainers: [{name: one, image: host, command: [a]}],"
                + " containers: [" + APP + "}]");
        run(course);
        course.ended("one", 1, "", "", now);
        assertThat(next(course)).isEmpty();
        assertThat(course.phase()).isEqualTo(Phase.FAILED);
    }

    @Test
    void aSidecarMustHaveStartedAndEndsWhenNobodyNeedsItAnyMore() {
        PodCourse course = course("restartPolicy: Never, initContainers: [{name: proxy, image: host, command: [a],"
                + " restartPolicy: Always, startupProbe: {tcpSocket: {port: 80}, periodSeconds: 1}}], containers: ["
                + APP + "}]");
        assertThat(next(course)).containsExactly("start proxy");
        course.started("proxy", 1, now);
        assertThat(next(course)).containsExactly("ask proxy startup");
        answer(course, true);
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 2, now);
        course.ended("proxy", 1, "", "", now);
        assertThat(next(course)).as("whatever the policy of the pod").containsExactly("start proxy");
        course.started("proxy", 3, now);
        course.ended("app", 0, "", "", now);
        assertThat(next(course)).containsExactly("end proxy");
        assertThat(course.phase()).isEqualTo(Phase.RUNNING);
        course.ended("proxy", 143, "", "", now);
        assertThat(next(course)).isEmpty();
        assertThat(course.phase()).isEqualTo(Phase.SUCCEEDED);
    }

    @Test
    void readinessComesAndGoesWithItsProbe() {
        PodCourse course = app(
                "Always",
                ", readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 2, periodSeconds: 5, successThreshold: 2,"
                        + " failureThreshold: 2}");
        run(course);
        assertThat(course.isReady()).isFalse();
        assertThat(course.due(now)).contains(BEGIN.plusSeconds(2));
        after(1.9);
        assertThat(next(course)).isEmpty();
        after(0.1);
        assertThat(next(course)).containsExactly("ask app readiness");
        assertThat(next(course)).as("one question at a time").isEmpty();
        assertThat(course.due(now)).isEmpty();
        answer(course, true);
        assertThat(course.isReady()).as("two in a row").isFalse();
        assertThat(course.due(now)).contains(BEGIN.plusSeconds(7));
        after(5);
        next(course);
        answer(course, true);
        assertThat(course.isReady()).isTrue();
        after(5);
        next(course);
        answer(course, false);
        assertThat(course.isReady()).as("two in a row").isTrue();
        assertThat(course.takeEvents())
                .containsExactly(
                        PodEvent.warning("Unhealthy", "spec.containers{app}", "Readiness probe failed: it said no"));
        after(5);
        next(course);
        answer(course, true);
        after(5);
        next(course);
        answer(course, false);
        assertThat(course.isReady()).as("not in a row").isTrue();
        after(5);
        next(course);
        answer(course, false);
        assertThat(course.isReady()).isFalse();
        assertThat(state(course, "app")).as("readiness ends nothing").isEqualTo("running");
    }

    @Test
    void aContainerThatIsNotAliveIsEndedAndStartedAgain() {
        PodCourse course = app("OnFailure", ", livenessProbe: {exec: {command: [ok]}, periodSeconds: 1}");
        run(course);
        assertThat(course.isReady()).as("alive until shown otherwise").isTrue();
        for (int i = 0; i < 2; i++) {
            answer(course, false);
            assertThat(next(course)).isEmpty();
            after(1);
            next(course);
        }
        answer(course, false);
        assertThat(next(course)).containsExactly("end app");
        assertThat(course.isReady()).isFalse();
        assertThat(events(course)).containsExactly("Unhealthy", "Unhealthy", "Unhealthy", "Killing");
        course.ended("app", 0, "", "", now);
        assertThat(next(course)).as("whatever its exit code").containsExactly("start app");
        course.started("app", 43, now);
        assertThat(status(course, "app").restartCount()).isEqualTo(1);
        course.ended("app", 0, "", "", now);
        assertThat(course.phase()).as("by itself it may end well").isEqualTo(Phase.SUCCEEDED);
    }

    @Test
    void nothingElseIsAskedBeforeTheStartupProbeIsContent() {
        PodCourse course = app(
                "Always",
                ", startupProbe: {tcpSocket: {port: 80}, periodSeconds: 1, failureThreshold: 3}, livenessProbe:"
                        + " {tcpSocket: {port: 80}, periodSeconds: 1}, readinessProbe: {tcpSocket: {port: 80}}");
        run(course);
        assertThat(status(course, "app").started()).isFalse();
        answer(course, false);
        after(1);
        assertThat(next(course)).containsExactly("ask app startup");
        answer(course, true);
        assertThat(status(course, "app").started()).isTrue();
        assertThat(next(course)).containsExactlyInAnyOrder("ask app readiness", "ask app liveness");
    }

    @Test
    void aStartupProbeThatFailsEndsTheContainer() {
        PodCourse course =
                app("Always", ", startupProbe: {tcpSocket: {port: 80}, periodSeconds: 1, failureThreshold: 1}");
        run(course);
        answer(course, false);
        assertThat(next(course)).containsExactly("end app");
        assertThat(course.takeEvents().getLast().message())
                .isEqualTo("Container app failed startup probe, will be restarted");
    }

    @Test
    void anAnswerOfARunBeforeCountsForNothing() {
        PodCourse course = app("Always", ", livenessProbe: {tcpSocket: {port: 80}, failureThreshold: 1}");
        run(course);
        course.ended("app", 1, "", "", now);
        run(course);
        answer(course, false);
        assertThat(next(course)).isEmpty();
        assertThat(state(course, "app")).isEqualTo("running");
    }

    @Test
    void whatIsMissingIsLookedForAgainAndIsNoRestart() {
        PodCourse course = app("Never", "");
        next(course);
        course.notStarted("app", "CreateContainerConfigError", "configmap \"x\" not found", now);
        assertThat(state(course, "app")).isEqualTo("CreateContainerConfigError");
        assertThat(course.takeEvents().getFirst().message()).isEqualTo("Error: configmap \"x\" not found");
        assertThat(next(course)).isEmpty();
        assertThat(course.due(now)).contains(now.plusSeconds(1));
        after(1);
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 1, now);
        assertThat(status(course, "app").restartCount()).isZero();
        assertThat(status(course, "app").last()).isEqualTo(Optional.empty());
    }

    @Test
    void whenTheNamespacesGoEverythingRunsAgain() {
        PodCourse course =
                course("initContainers: [{name: one, image: host, command: [a]}], containers: [" + APP + "}]");
        run(course);
        course.ended("one", 0, "", "", now);
        run(course);
        course.sandboxLost(now);
        assertThat(course.isReady()).isFalse();
        assertThat(next(course)).containsExactly("start one");
        course.started("one", 1, now);
        course.ended("one", 0, "", "", now);
        assertThat(next(course)).containsExactly("start app");
        course.started("app", 2, now);
        assertThat(status(course, "one").restartCount()).isEqualTo(1);
        assertThat(status(course, "app").restartCount()).isEqualTo(1);
        assertThat(status(course, "app").last().orElseThrow().exitCode()).isEqualTo(137);
    }

    @Test
    void oneThatStartsHoldsBackThoseThatFollow() {
        PodCourse course = course("containers: [" + APP + "}, {name: second, image: host, command: [b]}]");
        assertThat(next(course)).containsExactly("start app");
        course.hookFailed("app", "PostStartHook failed: no");
        assertThat(next(course)).containsExactly("end app", "start second");
        assertThat(events(course)).containsExactly("FailedPostStartHook", "Killing");
    }
}
