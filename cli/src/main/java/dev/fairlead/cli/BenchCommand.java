package dev.fairlead.cli;

import dev.fairlead.bench.BridgeBench;
import dev.fairlead.bench.CniBench;
import dev.fairlead.bench.LabBench;
import dev.fairlead.bench.LabChangeBench;
import dev.fairlead.bench.LabCrowdBench;
import dev.fairlead.bench.Place;
import dev.fairlead.bench.Progress;
import dev.fairlead.bench.Report;
import dev.fairlead.bench.TraceAnswerBench;
import dev.fairlead.bench.TraceCostBench;
import dev.fairlead.bench.TraceLoadBench;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Setup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead bench}: measures side by side. It ends with 0 whatever the numbers are: speed is not a test. */
record BenchCommand(Terminal terminal) implements Command {
    private static final String PREFIX = "bench-";
    private static final int AT_ONCE = 100;
    private static final int FULL_NODE = 250;
    private static final int LARGE_LAB_NODES = 10;
    private static final int LARGE_LAB_PODS = 1000;

    /** Parts of {@code bench lab} and {@code bench trace}. */
    private enum Part {
        /** Small labs, from the command to pods that answer. */
        START(Subject.LAB, 10),
        /** A Service, until it is in the kernels. */
        CHANGE(Subject.LAB, 200),
        /** Very many pods. */
        CROWD(Subject.LAB, 1),
        /** What other traffic loses. */
        COST(Subject.TRACE, 100),
        /** From the question to the answer. */
        ANSWER(Subject.TRACE, 30),
        /** Many other connections meanwhile. */
        LOAD(Subject.TRACE, 30);

        private final Subject subject;
        private final int usualRuns;

        Part(Subject subject, int usualRuns) {
            this.subject = subject;
            this.usualRuns = usualRuns;
        }

        private static Part of(String word, ParseResult parsed) {
            for (Part part : values()) {
                if (part.name().equalsIgnoreCase(word)) {
                    return part;
                }
            }
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--part '" + word + "' is not start, change or crowd of lab, nor cost, answer or load of trace");
        }
    }

    /** What can be measured, in this order. */
    private enum Subject {
        CNI(30),
        CROWD(3),
        BRIDGE(30),
        /** In parts, as the next. */
        LAB(0),
        TRACE(0);

        private final int usualRuns;

        Subject(int usualRuns) {
            this.usualRuns = usualRuns;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public CommandSpec spec() {
        return named("bench", "Measure Fairlead side by side with what else does the same.")
                .addPositional(PositionalParamSpec.builder()
                        .index("0..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("WHAT")
                        .description("cni, crowd (many pods on a node), bridge, lab or trace. Default: all of them")
                        .build())
                .addOption(OptionSpec.builder("--runs")
                        .type(int.class)
                        .paramLabel("N")
                        .description(
                                "How often each is measured. Default: 30; lab start: 10; lab change: 200; crowd: 3")
                        .build())
                .addOption(OptionSpec.builder("--part")
                        .type(String.class)
                        .paramLabel("PART")
                        .description(
                                "Of lab: start (small labs), change (a Service until its rules are in three kernels,"
                                        + " 200 runs), or crowd (many pods, 1 run). Of trace: cost (to other traffic),"
                                        + " answer (how long it takes), or load (beside many other connections)."
                                        + " Default: each of them")
                        .build())
                .addOption(number("--nodes", "Of lab's crowd. Default: 10"))
                .addOption(number("--pods", "Of lab's crowd. Default: 1000"))
                .addOption(LabCommand.agents())
                .addOption(OptionSpec.builder("--json")
                        .description("All numbers as data.")
                        .build());
    }

    private static OptionSpec number(String name, String description) {
        return OptionSpec.builder(name)
                .type(int.class)
                .paramLabel("N")
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        Set<Subject> subjects = subjects(parsed);
        for (String option : List.of("--runs", "--nodes", "--pods")) {
            if (parsed.hasMatchedOption(option) && parsed.<Integer>matchedOptionValue(option, 0) < 1) {
                throw new ParameterException(parsed.commandSpec().commandLine(), option + " must be 1 or more");
            }
        }
        List<Part> parts = parsed.hasMatchedOption("--part")
                ? List.of(Part.of(parsed.matchedOptionValue("--part", ""), parsed))
                : List.of(Part.values());
        if (parts.size() == 1 && !subjects.contains(parts.getFirst().subject)) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--part " + parsed.matchedOptionValue("--part", "") + " is a part of "
                            + parts.getFirst().subject.text() + ", which is not asked for");
        }
        Netns.prepareJavaSockets();
        Path disk = scratch();
        Report report = Report.empty();
        BenchText text = new BenchText(terminal);
        Thread ending = new Thread(() -> delete(disk));
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            Place place = new Place(Launch.home(), disk, sockets(disk));
            for (Subject subject : subjects) {
                if (subject.usualRuns > 0) {
                    int runs = parsed.matchedOptionValue("--runs", subject.usualRuns);
                    report = report.and(measure(subject, place, runs, text.progress()));
                }
                for (Part part : parts) {
                    if (part.subject == subject) {
                        report = report.and(measure(part, place, parsed, text.progress()));
                    }
                }
            }
        } finally {
            delete(disk);
        }
        if (parsed.hasMatchedOption("--json")) {
            text.json(report);
        } else {
            text.tables(report);
        }
        return 0;
    }

    private static Report measure(Subject subject, Place place, int runs, Progress progress) {
        return switch (subject) {
            case CNI -> CniBench.run(place, runs, progress);
            case CROWD -> CniBench.crowd(place, runs, AT_ONCE, FULL_NODE, progress);
            case BRIDGE -> BridgeBench.run(runs, progress);
            case LAB, TRACE -> throw new IllegalArgumentException(subject + " is measured in parts");
        };
    }

    private static Report measure(Part part, Place place, ParseResult parsed, Progress progress) {
        int runs = parsed.matchedOptionValue("--runs", part.usualRuns);
        return switch (part) {
            case START -> LabBench.run(place, runs, progress);
            case CHANGE -> LabChangeBench.run(place, runs, progress);
            case CROWD ->
                LabCrowdBench.run(
                        place,
                        runs,
                        parsed.matchedOptionValue("--nodes", LARGE_LAB_NODES),
                        parsed.matchedOptionValue("--pods", LARGE_LAB_PODS),
                        LabCommand.agents(parsed).name().toLowerCase(Locale.ROOT),
                        progress);
            case COST -> TraceCostBench.run(place, runs, progress);
            case ANSWER -> TraceAnswerBench.run(place, runs, progress);
            case LOAD -> TraceLoadBench.run(place, runs, progress);
        };
    }

    private static Set<Subject> subjects(ParseResult parsed) {
        List<String> words = parsed.matchedPositionalValue(0, List.<String>of());
        Set<Subject> subjects = new LinkedHashSet<>();
        for (String word : words) {
            subjects.add(subject(word, parsed));
        }
        return subjects.isEmpty() ? new LinkedHashSet<>(List.of(Subject.values())) : subjects;
    }

    private static Subject subject(String word, ParseResult parsed) {
        for (Subject subject : Subject.values()) {
            if (subject.text().equals(word)) {
                return subject;
            }
        }
        throw new ParameterException(
                parsed.commandSpec().commandLine(),
                "'" + word + "' can't be measured, but cni, crowd, bridge, lab and trace can");
    }

    /** Beside the build, since that is on a disk; what a bench that was killed left there goes first. */
    private static Path scratch() {
        Path parent = Launch.home().resolve(".fairlead");
        try {
            Files.createDirectories(parent);
            try (DirectoryStream<Path> old = Files.newDirectoryStream(parent, PREFIX + "*")) {
                for (Path directory : old) {
                    String pid = directory.getFileName().toString().substring(PREFIX.length());
                    if (!Files.exists(Launch.hostProc().resolve(pid))) {
                        delete(directory);
                    }
                }
            }
            return Files.createDirectories(parent.resolve(PREFIX + Launch.hostPid()));
        } catch (IOException e) {
            throw new UncheckedIOException("could not make a directory for the measurement in " + parent, e);
        }
    }

    /** In the launcher's namespaces {@code /run} becomes our own; a unix socket's path must be short. */
    private static Path sockets(Path disk) {
        if (Launch.namespaces().isEmpty()) {
            return disk;
        }
        Path run = Path.of("/run");
        Setup.Mount.tmpfs(run).apply();
        return run;
    }

    private static void delete(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not delete " + directory, e);
        }
    }
}
