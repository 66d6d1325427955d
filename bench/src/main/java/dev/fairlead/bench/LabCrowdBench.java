package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How long a large lab takes until all its pods are ready, and what memory it then holds. */
public final class LabCrowdBench {
    private static final String CROWD = "crowd";
    private static final double UP_LIMIT_SECONDS = 60;
    private static final double MEMORY_LIMIT_MEGABYTES = 1500;
    /** Of {@code lab up}, which itself waits that long. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String MANIFEST = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: %d
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports:
              - {port: 80, targetPort: 8080}
            """;

    private LabCrowdBench() {}

    /**
     * Measures, which takes about a minute for each of {@code runs} with 1,000 pods.
     *
     * @param agents {@code inside} or {@code process}, as {@code lab up --agents} takes it
     */
    public static Report run(Place place, int runs, int nodes, int pods, String agents, Progress progress) {
        Path manifest = place.disk().resolve("crowd.yaml");
        try {
            Files.writeString(manifest, String.format(Locale.ROOT, MANIFEST, pods));
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + manifest, e);
        }
        List<String> options =
                List.of("--agents", agents, "--nodes", Integer.toString(nodes), "-f", manifest.toString());
        Results results = new Rounds("lab crowd", 0, runs, progress)
                .of(List.of(
                        new LabBench.Lab(CROWD, new Launcher(place.home(), PATIENCE), LabBench.freshName(), options)));
        String what = pods + " pods on " + nodes + " nodes" + (agents.equals("inside") ? "" : ", agents as processes");
        Samples up = results.of(CROWD, LabBench.UP);
        Samples all = results.of(CROWD, LabBench.ALL);
        Comparison times = Comparison.of("lab: " + what, Unit.SECONDS, "")
                .with(Row.of("./fairlead lab up, until all are ready", up))
                .with(Row.of("./fairlead lab down", results.of(CROWD, LabBench.DOWN)));
        Comparison memory = Comparison.of("memory of a lab: " + what + ", Pss", Unit.MEGABYTES, "")
                .with(Row.of("the JVM: API, nodes, agents, built-in workloads", results.of(CROWD, LabBench.JVM)))
                .with(Row.of("pause, and agents as processes", results.of(CROWD, LabBench.OTHERS)))
                .with(Row.of("all of it", all));
        return new Report(
                List.of(times, memory),
                List.of(
                        Goal.of(what, up, Unit.SECONDS, UP_LIMIT_SECONDS),
                        Goal.of("memory of " + what, all, Unit.MEGABYTES, MEMORY_LIMIT_MEGABYTES)));
    }
}
