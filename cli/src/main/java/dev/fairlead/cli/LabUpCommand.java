package dev.fairlead.cli;

import dev.fairlead.lab.Lab;
import dev.fairlead.lab.LabHost;
import dev.fairlead.lab.LabLayout;
import dev.fairlead.lab.LabLayout.Families;
import dev.fairlead.lab.LabOptions;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Prefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab up}: makes a lab and leaves it running. */
record LabUpCommand(Terminal terminal) implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** On top, for each pod: a busy machine makes some ten in a second. */
    private static final Duration POD_PATIENCE = Duration.ofMillis(200);

    /** How many pods that aren't ready are named; the rest is only counted. */
    private static final int NAMED = 10;

    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("up", "Start a lab and wait until its pods answer.");
        return spec.addOption(LabCommand.nameOption())
                .addOption(OptionSpec.builder("--nodes")
                        .type(int.class)
                        .paramLabel("N")
                        .description("How many nodes, 1 to " + LabLayout.MOST_NODES + ". Default: 2")
                        .build())
                .addOption(LabCommand.files("A manifest to apply once the nodes are up; - for standard input."))
                .addOption(OptionSpec.builder("--ip-family")
                        .type(String.class)
                        .paramLabel("FAMILY")
                        .description("ipv4, ipv6 or dual. Default: ipv4")
                        .build())
                .addOption(prefixes("--pod-cidr", "What the nodes' pod CIDRs are cut from. Default: 10.244.0.0/16"))
                .addOption(prefixes("--service-cidr", "Where Services get addresses. Default: 10.96.0.0/16"))
                .addOption(prefixes("--node-cidr", "The network between the nodes. Default: 172.30.0.0/24"))
                .addOption(LabCommand.agents())
                .addOption(OptionSpec.builder("--context")
                        .description("Make the lab a context of your own kubeconfig, until lab down.")
                        .build())
                .addOption(path("--cni-conf", "FILE", "Attach pods by this CNI configuration instead of Fairlead's."))
                .addOption(path("--cni-bin", "DIR", "Where its plugins are. Default: /opt/cni/bin"));
    }

    private static OptionSpec prefixes(String name, String description) {
        return OptionSpec.builder(name)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("CIDR")
                .description(description + "; once for each family")
                .build();
    }

    private static OptionSpec path(String name, String label, String description) {
        return OptionSpec.builder(name)
                .type(Path.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        Lab.prepare();
        long start = System.nanoTime();
        LabOptions options = options(parsed);
        List<Manifest> manifests = new ArrayList<>();
        for (ManifestFile file : ManifestFile.all(parsed)) {
            manifests.add(Lab.read(file.source(), file.text()));
        }
        Optional<UserKubeconfig> context = parsed.hasMatchedOption("--context")
                ? Optional.of(UserKubeconfig.of(System.getenv()))
                : Optional.empty();
        return stay(LabHost.start(options, manifests, Launch.labEnvironment()), context, start);
    }

    /**
     * Waits until a lab's pods answer, says so, and serves it to its end.
     *
     * @param start by {@link System#nanoTime}
     */
    int stay(LabHost host, Optional<UserKubeconfig> context, long start) {
        int pods = host.lab().picture().pods().size();
        boolean settled = host.awaitReady(PATIENCE.plus(POD_PATIENCE.multipliedBy(pods)));
        if (host.lab().isEnding()) {
            host.close();
            throw new CommandFailure(
                    "lab '" + host.lab().options().name() + "' was taken down before its pods answered");
        }
        report(host.lab(), context.isEmpty(), start);
        terminal.out().println("page: " + host.pageLink());
        boolean told = context.isEmpty() || putContext(host.lab(), context.get());
        terminal.flush();
        host.letGoOfTerminal();
        Launch.answer(settled && told ? 0 : 1);
        host.serve();
        return 0;
    }

    static LabOptions options(ParseResult parsed) {
        LabLayout layout = LabLayout.of(
                parsed.matchedOptionValue("--nodes", 2),
                families(parsed),
                prefixList(parsed, "--node-cidr"),
                prefixList(parsed, "--pod-cidr"),
                prefixList(parsed, "--service-cidr"));
        LabName name = LabCommand.name(parsed);
        LabOptions options = LabOptions.of(name, layout, Launch.home()).withAgents(LabCommand.agents(parsed));
        if (LabFiles.canBe(System.getenv())) {
            options = options.withFiles(LabFiles.of(name, System.getenv()));
        }
        if (!parsed.hasMatchedOption("--cni-conf")) {
            if (parsed.hasMatchedOption("--cni-bin")) {
                throw new ParameterException(parsed.commandSpec().commandLine(), "--cni-bin goes with --cni-conf");
            }
            return options;
        }
        if (options.agents() == LabOptions.Agents.PROCESS) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--agents=process and --cni-conf don't go together: agents of their own processes wire pods themselves");
        }
        Path conf = parsed.matchedOptionValue("--cni-conf", Path.of(""));
        Path bin = parsed.matchedOptionValue("--cni-bin", Path.of("/opt/cni/bin"));
        if (!Files.isDirectory(bin)) {
            throw new CommandFailure(
                    "--cni-bin " + bin + " is not a directory; say where the plugins of " + conf + " are");
        }
        // Plugins are executed from elsewhere than the caller's directory.
        return options.withForeignCni(conf, bin.toAbsolutePath().normalize());
    }

    private static Families families(ParseResult parsed) {
        String text = parsed.matchedOptionValue("--ip-family", "ipv4");
        try {
            return Families.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "--ip-family '" + text + "' is not ipv4, ipv6 or dual");
        }
    }

    private static List<Prefix> prefixList(ParseResult parsed, String option) {
        List<Prefix> prefixes = new ArrayList<>();
        for (String text : parsed.matchedOptionValue(option, List.<String>of())) {
            for (String one : text.split(",", -1)) {
                prefixes.add(Prefix.parse(one)
                        .orElseThrow(() -> new ParameterException(
                                parsed.commandSpec().commandLine(),
                                option + " '" + one + "' is not a prefix such as 10.244.0.0/16")));
            }
        }
        return prefixes;
    }

    /** A lab that is up stays up, whatever the file is like. */
    private boolean putContext(Lab lab, UserKubeconfig kubeconfig) {
        try {
            lab.putContext(kubeconfig);
            terminal.out()
                    .println("kubectl's context is fairlead-" + lab.options().name() + " now, in " + kubeconfig.file());
            return true;
        } catch (LabRefusal e) {
            terminal.err().println("fairlead: " + e.getMessage());
            return false;
        }
    }

    private void report(Lab lab, boolean own, long start) {
        var picture = lab.picture();
        long ready = picture.pods().values().stream()
                .filter(pod -> pod.status().ready())
                .count();
        String name = lab.options().name().name();
        terminal.out()
                .printf(
                        Locale.ROOT,
                        "lab '%s' is up: %d %s, %d of %d pods ready, %d %s  (%.2f s)%n",
                        name,
                        picture.nodes().size(),
                        picture.nodes().size() == 1 ? "node" : "nodes",
                        ready,
                        picture.pods().size(),
                        picture.services().size(),
                        picture.services().size() == 1 ? "Service" : "Services",
                        (System.nanoTime() - start) / 1e9);
        if (own) {
            terminal.out().println(forKubectl(name));
        }
        complain(picture.pods().values().stream()
                .filter(pod -> !pod.status().isWell())
                .toList());
    }

    /** One line for each reason, as what is wrong with one pod is often wrong with all. */
    private void complain(List<Pod> notReady) {
        Map<String, List<Pod>> byReason = new LinkedHashMap<>();
        for (Pod pod : notReady) {
            String reason = pod.status().reason();
            byReason.computeIfAbsent(
                            reason.isEmpty() ? pod.status().phase().toString() : reason, _ -> new ArrayList<>())
                    .add(pod);
        }
        byReason.entrySet().stream().limit(NAMED).forEach(entry -> {
            int more = entry.getValue().size() - 1;
            terminal.err()
                    .println("fairlead: pod " + entry.getValue().getFirst().key() + " is not ready: " + entry.getKey()
                            + (more == 0 ? "" : " (and " + more + " more for the same reason; lab status lists them)"));
        });
        if (byReason.size() > NAMED) {
            terminal.err().println("fairlead: and others, for other reasons; lab status lists them");
        }
    }

    private static String forKubectl(String lab) {
        return "for kubectl: export KUBECONFIG=$(./fairlead lab kubeconfig"
                + (lab.equals(LabName.DEFAULT) ? "" : " --name " + lab) + ")";
    }
}
