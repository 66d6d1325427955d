package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long {@code ./fairlead lab up} takes with two nodes and the demo's manifest until all pods are ready, and with three nodes
 * until all pods and Services answer, from before the launcher to after it, and what memory the lab then holds.
 */
public final class LabBench {
    private static final String LAB = "lab";
    private static final String VERSION = "version";
    private static final String THREE = "three";
    static final String UP = "up";
    static final String ANSWERED = "answered";
    static final String DOWN = "down";
    static final String JVM = "JVM";
    static final String OTHERS = "others";
    static final String ALL = "all";
    private static final double UP_LIMIT_SECONDS = 2;
    private static final double UP_AIM_SECONDS = 1;
    private static final double MEMORY_LIMIT_MEGABYTES = 250;
    private static final double THREE_LIMIT_MEGABYTES = 300;

    private LabBench() {}

    /** A lab of its own name each round; down before the round ends, whatever happens. */
    record Lab(String name, Launcher launcher, LabName lab, List<String> options) implements Contestant {
        @Override
        public void round(Lap lap) {
            List<String> arguments = new ArrayList<>(List.of("lab", "up", "--name", lab.name()));
            arguments.addAll(options);
            long start = System.nanoTime();
            try {
                var unused = launcher.run(arguments);
                lap.took(UP, (System.nanoTime() - start) / 1e9);
                Answers.require(lab);
                lap.took(ANSWERED, (System.nanoTime() - start) / 1e9);
                int pid = LabCaller.pid(lab);
                double jvm = Memory.of(pid) / 1e6;
                double others = Memory.ofDescendants(pid) / 1e6;
                lap.took(JVM, jvm);
                lap.took(OTHERS, others);
                lap.took(ALL, jvm + others);
            } finally {
                if (LabName.running(LabName.ownUid()).contains(lab)) { // also one whose pods weren't ready in time
                    start = System.nanoTime();
                    var unused = launcher.run(List.of("lab", "down", "--name", lab.name()));
                    lap.took(DOWN, (System.nanoTime() - start) / 1e9);
                }
            }
        }
    }

    /** The least that any command takes. */
    private record Version(Launcher launcher) implements Contestant {
        @Override
        public String name() {
            return VERSION;
        }

        @Override
        public void round(Lap lap) {
            long start = System.nanoTime();
            var unused = launcher.run(List.of("--version"));
            lap.took(VERSION, (System.nanoTime() - start) / 1e9);
        }
    }

    static LabName freshName() {
        return new LabName("bench-" + Long.toHexString(System.nanoTime()));
    }

    /**
     * Measures two labs in turn, the demo's on two nodes and six pods on three, which takes some 5 s for each of {@code runs}.
     * There must be a build.
     */
    public static Report run(Place place, int runs, Progress progress) {
        Launcher launcher = new Launcher(place.home());
        LabName name = freshName();
        Results results = new Rounds("lab", Math.min(runs, 2), runs, progress)
                .of(List.of(
                        new Lab(LAB, launcher, name, options(2, place.demoManifest())),
                        new Lab(THREE, launcher, name, options(3, place.manifest("six-pods.yaml"))),
                        new Version(launcher)));
        Samples up = results.of(LAB, UP);
        Samples version = results.of(VERSION, VERSION);
        Samples down = results.of(LAB, DOWN);
        Samples three = results.of(THREE, ANSWERED);
        Comparison times = Comparison.of("lab", Unit.SECONDS, "lab up ÷ this")
                .with(Row.of("./fairlead lab up, two nodes, the demo's manifest", up))
                .with(new Row("three nodes, six pods, two Services, all answering", three, up.dividedBy(three)))
                .with(new Row("./fairlead lab down", down, up.dividedBy(down)))
                .with(new Row("./fairlead --version", version, up.dividedBy(version)));
        Comparison memory = Comparison.of("memory of the lab, Pss", Unit.MEGABYTES, "")
                .with(Row.of("the JVM: API, nodes, agents, built-in workloads", results.of(LAB, JVM)))
                .with(Row.of("pause and the manifest's commands", results.of(LAB, OTHERS)))
                .with(Row.of("all of it", results.of(LAB, ALL)))
                .with(Row.of("all of three nodes with six pods", results.of(THREE, ALL)));
        return new Report(
                List.of(times, memory),
                List.of(
                        Goal.of("lab up", up, Unit.SECONDS, UP_LIMIT_SECONDS),
                        Goal.of("lab up, the aim", up, Unit.SECONDS, UP_AIM_SECONDS),
                        Goal.of(
                                "three nodes, six pods, two Services, all answering",
                                three,
                                Unit.SECONDS,
                                UP_LIMIT_SECONDS),
                        Goal.of("the same, the aim", three, Unit.SECONDS, UP_AIM_SECONDS),
                        Goal.of("memory of the lab", results.of(LAB, ALL), Unit.MEGABYTES, MEMORY_LIMIT_MEGABYTES),
                        Goal.of(
                                "memory of three nodes",
                                results.of(THREE, ALL),
                                Unit.MEGABYTES,
                                THREE_LIMIT_MEGABYTES)));
    }

    static List<String> options(int nodes, Path manifest) {
        return List.of("--nodes", Integer.toString(nodes), "-f", manifest.toString());
    }
}
