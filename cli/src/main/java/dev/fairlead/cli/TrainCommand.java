package dev.fairlead.cli;

import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.lab.LabHost;
import dev.fairlead.lab.LabLayout;
import dev.fairlead.lab.LabLayout.Families;
import dev.fairlead.lab.LabOptions;
import dev.fairlead.lab.StoppedLab;
import dev.fairlead.lab.demo.Demo;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead __train WHAT [LAB]}: does once, with no output, what users wait for, so that a start-up cache (JEP 514) holds
 * the classes and the profiles of exactly that. {@code launcher/train.sh} runs it at the end of each build, once for each kind
 * of JVM: {@code lab} and {@code agent} inside namespaces, {@code commands} in the caller's.
 */
record TrainCommand() implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PODS = 12;

    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("__train", "Do once what users wait for.");
        spec.usageMessage().hidden(true);
        return spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("WHAT")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1..2")
                .build());
    }

    @Override
    public int run(ParseResult parsed) {
        List<String> words = parsed.matchedPositionalValue(0, List.of());
        String lab = words.size() > 1 ? words.getLast() : "";
        switch (words.getFirst()) {
            case "lab" -> trainLab(lab);
            case "commands" -> trainCommands(lab);
            case "agent" -> trainAgent();
            default ->
                throw new ParameterException(
                        parsed.commandSpec().commandLine(), "nothing to train: " + words.getFirst());
        }
        return 0;
    }

    private static Terminal nobody() {
        return Terminal.plain(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), 80);
    }

    /** A whole lab with the demo's rows. It stays for others' questions until standard input ends. */
    private static void trainLab(String name) {
        LabLayout layout = LabLayout.of(2, Families.IPV4, List.of(), List.of(), List.of());
        LabName lab = new LabName(name);
        LabFiles files = LabFiles.of(lab, Map.of("XDG_STATE_HOME", System.getProperty("java.io.tmpdir", "/tmp")));
        LabOptions options = LabOptions.of(lab, layout, Launch.home()).withFiles(files);
        try (LabHost host = LabHost.start(options, List.of(Demo.manifest()), Launch.labEnvironment())) {
            host.awaitReady(PATIENCE);
            Terminal nobody = nobody();
            DemoText text = new DemoText(nobody);
            text.cluster(host.lab(), true, 0);
            new Demo(host.lab()).run(text::row);
            var unused = System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException("could not wait for the end of standard input", e);
        }
        try {
            StoppedLab.forget(files);
        } catch (IOException e) {
            throw new UncheckedIOException("what the training wrote could not be deleted", e);
        }
    }

    /** What people ask of a lab. Where there is none, as where the kernel allows no namespaces, they get refusals. */
    private static void trainCommands(String lab) {
        Terminal nobody = nobody();
        Main.run(nobody, "--version");
        Main.run(nobody, "help");
        Main.run(nobody, "no-such-command");
        if (lab.isEmpty()) {
            Main.run(nobody, "lab", "status");
            return;
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Main.run(nobody, "lab", "kubeconfig", "--name", lab) != 0 && System.nanoTime() < deadline) {
            pause();
        }
        Main.run(nobody, "lab", "status", "--name", lab);
        Main.run(nobody, "lab", "status", "--json", "--name", lab);
        Main.run(nobody, "lab", "exec", "--name", lab, "nobody", "--", "true");
        Main.run(nobody, "lab", "logs", "--name", lab, "nobody");
        Main.run(nobody, "lab", "list");
        Main.run(nobody, "trace", "--name", lab, "client", "svc/web:80");
        Main.run(nobody, "explain", "--name", lab, "client", "distant:8080");
        Main.run(nobody, "flows", "--name", lab);
        Main.run(nobody, "lab", "delete", "--name", lab, "pod", "distant");
        Main.run(nobody, "lab", "down", "--name", lab + "-too");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The agent as an operator starts it, and a runtime that gives pods their network and takes it away. */
    private static void trainAgent() {
        Setup.Mount.tmpfs(Path.of("/run")).apply();
        Path home = Path.of("/run/train");
        Path conflist = home.resolve("net.d/10-fairlead.conflist");
        Thread agent = Thread.ofPlatform().daemon().name("agent").start(() -> {
            var unused = Main.run(
                    nobody(),
                    "agent",
                    "--node-name=train",
                    "--pod-cidr=10.244.1.0/24",
                    "--pod-cidr=fd00:10:244:1::/64",
                    "--cni-bin-dir=" + home.resolve("bin"),
                    "--cni-conf-dir=" + home.resolve("net.d"),
                    "--cni-cache-dir=" + home.resolve("cache"),
                    "--state-dir=" + home.resolve("state"),
                    "--socket=" + home.resolve("cni.sock"));
        });
        while (!Files.exists(conflist)) {
            if (!agent.isAlive()) {
                throw new CommandFailure("the agent ended");
            }
            pause();
        }
        try {
            NetConfList network = NetConfList.read(Files.readAllBytes(conflist));
            CniRuntime runtime = new CniRuntime(
                    NodePlugins.here(), List.of(home.resolve("bin")), home.resolve("cache"), Map.of(), PATIENCE);
            for (int i = 0; i < PODS; i++) {
                try (Netns pod = Netns.create()) {
                    AttachmentParameters parameters = AttachmentParameters.of(
                            "pod-" + i,
                            "/proc/" + ProcessHandle.current().pid() + "/fd/"
                                    + pod.fd().number(),
                            "eth0");
                    var unused = runtime.add(network, parameters);
                    runtime.check(network, parameters);
                    runtime.del(network, parameters);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + conflist, e);
        }
    }
}
