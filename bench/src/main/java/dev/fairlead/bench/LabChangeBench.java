package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.packet.Ip;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How long it takes from a Service that is created to its rules in the kernels of three nodes: by {@code kubectl apply} from the
 * start of that program, and by one request on a connection that is open, from its sending and from its answer.
 */
public final class LabChangeBench {
    private static final String KUBECTL = "kubectl";
    private static final String REQUEST = "request";
    private static final String STARTED = "from the start";
    private static final String ANSWERED = "from the answer";
    private static final String ENDED = "until it ends";
    private static final double LIMIT_MILLISECONDS = 50;
    private static final double P99 = 99;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SERVICES = "/api/v1/namespaces/default/services";
    /** Where the usual Service prefix is far from what the lab gives out by itself. */
    private static final Ip SERVICE = Ip.of("10.96.200.1");

    private static final String MANIFEST = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"measured"},"spec":{"clusterIP":"%s","selector":\
            {"app":"web"},"ports":[{"port":80,"targetPort":8080}]}}
            """;

    private LabChangeBench() {}

    /** A lab that is up, and what is open of it. */
    private record Scene(LabApiCaller api, List<RulesArriving> nodes) {
        /** When the last node had the rules. */
        long awaitThere() {
            long last = Long.MIN_VALUE;
            for (RulesArriving node : nodes) {
                last = Math.max(last, node.awaitThere(SERVICE, PATIENCE));
            }
            return last;
        }

        void delete() {
            api.call("DELETE", SERVICES + "/measured", "");
            nodes.forEach(node -> node.awaitGone(SERVICE, PATIENCE));
        }
    }

    private record Request(Scene scene, String body) implements Contestant {
        @Override
        public String name() {
            return REQUEST;
        }

        @Override
        public void round(Lap lap) {
            long start = System.nanoTime();
            scene.api().call("POST", SERVICES, body);
            long answered = System.nanoTime();
            long there = scene.awaitThere();
            lap.took(STARTED, (there - start) / 1e6);
            lap.took(ANSWERED, Math.max(0, there - answered) / 1e6);
            lap.took(ENDED, (answered - start) / 1e6);
            scene.delete();
        }
    }

    private record Kubectl(Scene scene, Path program, Path manifest, Path home, String kubeconfig)
            implements Contestant {
        @Override
        public String name() {
            return KUBECTL;
        }

        @Override
        public void round(Lap lap) {
            TreeMap<String, String> environment = new TreeMap<>(System.getenv());
            environment.put("HOME", home.toString());
            environment.put("KUBECONFIG", kubeconfig);
            long start = System.nanoTime();
            try (Fd input = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
                    Fd output = Fd.memory("output of kubectl");
                    Child child = Spawn.of(program, List.of("apply", "-f", manifest.toString()))
                            .withEnvironment(environment)
                            .withStreams(input, output, output)
                            .start()) {
                Optional<Integer> code = child.await(PATIENCE);
                long ended = System.nanoTime();
                if (code.isEmpty() || code.get() != 0) {
                    throw new IllegalStateException("`kubectl apply` failed: "
                            + Files.readString(output.path()).strip());
                }
                lap.took(ENDED, (ended - start) / 1e6);
            } catch (IOException e) {
                throw new UncheckedIOException("could not read what kubectl printed", e);
            }
            lap.took(STARTED, (scene.awaitThere() - start) / 1e6);
            scene.delete();
        }
    }

    /** Measures, which takes about a quarter of a second for each of {@code runs}. There must be a build. */
    public static Report run(Place place, int runs, Progress progress) {
        Launcher launcher = new Launcher(place.home());
        LabName lab = LabBench.freshName();
        List<String> up = new ArrayList<>(List.of("lab", "up", "--name", lab.name()));
        up.addAll(LabBench.options(3, place.manifest("six-pods.yaml")));
        try (Owned owned = new Owned()) {
            owned.add(() -> {
                if (LabName.running(LabName.ownUid()).contains(lab)) {
                    var unused = launcher.run(List.of("lab", "down", "--name", lab.name()));
                }
            });
            var unused = launcher.run(up);
            String kubeconfig = launcher.run(List.of("lab", "kubeconfig", "--name", lab.name()))
                    .strip();
            LabApiCaller api = LabApiCaller.of(read(Path.of(kubeconfig)));
            owned.add(api::close);
            List<RulesArriving> nodes = new ArrayList<>();
            for (JsonNode node : LabCaller.ask(lab, LabCaller.request("status")).path("nodes")) {
                RulesArriving arriving =
                        new RulesArriving(Netns.open(Path.of(node.path("netns").asText())));
                owned.add(arriving::close);
                nodes.add(arriving);
            }
            return measure(place, runs, progress, new Scene(api, nodes), kubeconfig);
        }
    }

    private static Report measure(Place place, int runs, Progress progress, Scene scene, String kubeconfig) {
        String body = String.format(Locale.ROOT, MANIFEST, SERVICE);
        Path manifest = place.disk().resolve("measured.json");
        try {
            Files.writeString(manifest, body);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + manifest, e);
        }
        List<Contestant> contestants = new ArrayList<>(List.of(new Request(scene, body)));
        Optional<Path> kubectl = kubectl();
        kubectl.ifPresent(program -> contestants.add(new Kubectl(scene, program, manifest, place.disk(), kubeconfig)));
        Results results = Rounds.of("lab change", runs, progress).of(contestants);
        Samples request = results.of(REQUEST, STARTED);
        Comparison times = Comparison.of("a Service until its rules are in three kernels", Unit.MILLISECONDS, "")
                .with(Row.of("one request, until it is answered", results.of(REQUEST, ENDED)))
                .with(Row.of("one request, from its sending to the rules", request))
                .with(Row.of("one request, the rest after its answer", results.of(REQUEST, ANSWERED)));
        if (kubectl.isPresent()) {
            Samples started = results.of(KUBECTL, STARTED);
            times = times.with(Row.of("kubectl apply, until it ends", results.of(KUBECTL, ENDED)))
                    .with(Row.of("kubectl apply, from its start to the rules", started))
                    .with(p99("kubectl apply, from its start", started));
        } else {
            times = times.with("kubectl is not installed, so it was not measured");
        }
        times = times.with(p99("one request, from its sending", request))
                .with(p99("one request, from its answer", results.of(REQUEST, ANSWERED)));
        Goal goal = new Goal(
                "p99 from a request that creates a Service to its rules in three kernels",
                request.percentile(P99),
                LIMIT_MILLISECONDS,
                " " + Unit.MILLISECONDS.symbol());
        return new Report(List.of(times), List.of(goal));
    }

    private static String p99(String what, Samples samples) {
        return String.format(
                Locale.ROOT, "%s: p50 %.1f ms, p99 %.1f ms", what, samples.median(), samples.percentile(P99));
    }

    private static Optional<Path> kubectl() {
        for (String directory : Place.SEARCH_PATH.split(File.pathSeparator, -1)) {
            Path program = Path.of(directory, KUBECTL);
            if (Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the lab's kubeconfig", e);
        }
    }
}
