package dev.fairlead.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.testkit.RealKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every measurement, with two runs: rows, units and numbers are there, and nothing is left. How large the numbers are is not
 * asked: a test must not depend on what else the machine does.
 */
@RealKernel
class BenchTest {
    private static final int RUNS = 2;

    @TempDir
    Path directory;

    private final List<String> progress = new ArrayList<>();

    /** The thread that waits for children, and its pipe, last as long as the JVM. */
    @BeforeAll
    static void startTheFirstChild() {
        try (Child child = Spawn.of(Path.of("/bin/true"), List.of()).start()) {
            assertThat(child.await(Duration.ofSeconds(10))).contains(0);
        }
    }

    private Place place() {
        Path home = Path.of(Objects.requireNonNull(System.getProperty("fairlead.home")));
        return new Place(home, directory, directory);
    }

    private void hear(String what, int done, int of) {
        progress.add(what + " " + done + "/" + of);
    }

    private static List<String> names(Report report) {
        return report.comparisons().stream()
                .map(comparison -> comparison.name() + " " + comparison.unit().symbol())
                .toList();
    }

    private static void assertMeasured(Report report) {
        for (Comparison comparison : report.comparisons()) {
            assertThat(comparison.rows()).as(comparison.name()).hasSizeGreaterThan(1);
            for (Row row : comparison.rows()) {
                assertThat(row.samples().size()).as(row.what()).isEqualTo(RUNS);
                boolean isDifference = row.what().contains("rest")
                        || row.what().contains("without")
                        || row.what().contains("of this");
                assertThat(row.samples().median())
                        .as(row.what())
                        .isGreaterThan(isDifference ? Double.NEGATIVE_INFINITY : 0);
            }
            boolean compares = comparison.rows().stream()
                    .anyMatch(row -> row.ratios().size() == RUNS && row.ratios().median() > 0);
            assertThat(compares)
                    .as(comparison.name())
                    .isEqualTo(!comparison.ratio().isEmpty());
        }
    }

    @Test
    void cniIsMeasuredBesideTheReferenceAndTheKernel() {
        Report report = CniBench.run(place(), RUNS, this::hear);
        assertThat(names(report))
                .containsExactly(
                        "cni add ms",
                        "cni del ms",
                        "cni status ms",
                        "where an ADD's time goes ms",
                        "where a DEL's time goes ms");
        assertMeasured(report);
        Comparison adds = report.comparisons().getFirst();
        // Each contestant has its row, or there is a note that says why it has none.
        assertThat(adds.rows().size() + adds.notes().size()).isGreaterThanOrEqualTo(4);
        assertThat(adds.rows().getFirst().what()).startsWith("Fairlead");
        assertThat(report.goals()).extracting(Goal::wanted).contains("DEL in the kernel's own time plus a tenth");
        assertThat(progress).startsWith("cni 0/4").endsWith("cni 4/4");
    }

    @Test
    void manyPodsAreMeasured() {
        Report report = CniBench.crowd(place(), RUNS, 4, 12, this::hear);
        List<String> tables = new ArrayList<>(List.of(
                "cni: 4 ADDs at once, the node's first ms", "cni: 4 ADDs at once ms", "cni: a node with 12 pods ms"));
        boolean built = AgentProgram.isBuilt(place());
        if (built) {
            tables.addAll(List.of("an agent's process, resident memory MB", "an agent's process, just started ms"));
        }
        assertThat(names(report)).containsExactlyElementsOf(tables);
        if (Place.referencePlugins().isPresent()) {
            assertMeasured(report);
            assertThat(report.goals()).hasSize(built ? 4 : 3);
        }
    }

    @Test
    void theBridgeIsMeasuredWithAndWithoutItsHooks() {
        Report report = BridgeBench.run(RUNS, this::hear);
        assertThat(names(report))
                .containsExactly(
                        "bridge: one TCP connection Gbit/s",
                        "bridge: a byte there and back µs",
                        "bridge: new TCP connections /s");
        assertMeasured(report);
    }

    private static Place withBuild(Place place) {
        if (!Files.isReadable(place.home().resolve(".fairlead/current"))) {
            String reason = "SKIPPED: there is no build to start a lab from; run the tests by ./fairlead test";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        return place;
    }

    @AfterEach
    void noLabIsLeft() {
        assertThat(LabName.running(LabName.ownUid()))
                .as("labs of the measurement that are still up")
                .noneMatch(lab -> lab.name().startsWith("bench-"));
    }

    @Test
    void aWholeLabIsMeasuredAndGone() {
        Report report = LabBench.run(withBuild(place()), RUNS, this::hear);
        assertThat(names(report)).containsExactly("lab s", "memory of the lab, Pss MB");
        assertMeasured(report);
        assertThat(report.goals()).hasSize(6);
    }

    @Test
    void aServiceIsFollowedIntoTheKernels() {
        Report report = LabChangeBench.run(withBuild(place()), RUNS, this::hear);
        assertThat(names(report)).containsExactly("a Service until its rules are in three kernels ms");
        assertMeasured(report);
        assertThat(report.comparisons().getFirst().notes())
                .allMatch(note -> note.matches(
                        ".*: p50 [0-9.]+ ms, p99 [0-9.]+ ms|kubectl is not installed, so it was not measured"));
        assertThat(report.goals()).hasSize(1);
    }

    @Test
    void whatATraceCostsOtherTrafficIsMeasured() {
        Report report = TraceCostBench.run(withBuild(place()), RUNS, this::hear);
        assertThat(names(report))
                .containsExactly(
                        "pods of one node: one TCP connection Gbit/s",
                        "pods of one node: new TCP connections /s",
                        "pods of two nodes: one TCP connection Gbit/s",
                        "pods of two nodes: new TCP connections /s",
                        "a Service on the other node: one TCP connection Gbit/s",
                        "a Service on the other node: new TCP connections /s");
        assertMeasured(report);
        assertThat(report.goals()).hasSize(6).allMatch(goal -> goal.bound() == Goal.Bound.AT_LEAST);
    }

    @Test
    void theAnswerOfATraceIsMeasured() {
        Report report = TraceAnswerBench.run(withBuild(place()), RUNS, this::hear);
        assertThat(names(report)).containsExactly("a trace on two nodes ms");
        assertMeasured(report);
        assertThat(report.comparisons().getFirst().notes()).hasSize(3);
        assertThat(report.goals()).hasSize(1);
    }

    @Test
    void underLoadTracesAreCompleteOrSayWhatTheyLost() {
        Report report = TraceLoadBench.run(withBuild(place()), RUNS, this::hear);
        assertThat(names(report))
                .containsExactly(
                        "other connections to the same Service /s", "a trace, from the question to the answer ms");
        assertMeasured(report);
        assertThat(report.goals()).hasSize(1).allMatch(Goal::holds);
    }

    @Test
    void aCrowdIsMeasured() {
        Report report = LabCrowdBench.run(withBuild(place()), RUNS, 2, 12, "inside", this::hear);
        assertThat(names(report))
                .containsExactly("lab: 12 pods on 2 nodes s", "memory of a lab: 12 pods on 2 nodes, Pss MB");
        assertMeasured(report);
        assertThat(report.goals()).allMatch(Goal::holds);
    }
}
