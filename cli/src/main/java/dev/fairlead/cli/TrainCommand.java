package dev.fairlead.cli;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead __train}: does once, with no output, what users wait for, so that the JVM's start-up cache (JEP 514)
 * holds the classes and the profiles of exactly that. The launcher runs it at the end of each build, inside the lab's
 * namespaces where the kernel allows them.
 */
record TrainCommand() implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public CommandSpec spec() {
        CommandSpec spec = named("__train", "Do once what users wait for.");
        spec.usageMessage().hidden(true);
        return spec;
    }

    @Override
    public int run(ParseResult parsed) {
        Terminal nobody = Terminal.plain(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), 80);
        Main.run(nobody, "--version");
        Main.run(nobody, "help");
        Main.run(nobody, "doctor");
        Main.run(nobody, "no-such-command");
        if (Launch.namespaces().isPresent()) {
            trainLab(nobody);
        }
        return 0;
    }

    /** A whole lab with the demo's rows and the commands that people use most, as the two kinds of JVM will run them. */
    private static void trainLab(Terminal nobody) {
        String name = "train-" + Launch.hostPid();
        LabLayout layout = LabLayout.of(2, Families.IPV4, List.of(), List.of(), List.of());
        LabName lab = new LabName(name);
        LabFiles files = LabFiles.of(lab, Map.of("XDG_STATE_HOME", System.getProperty("java.io.tmpdir", "/tmp")));
        LabOptions options = LabOptions.of(lab, layout, Launch.home()).withFiles(files);
        try (LabHost host = LabHost.start(options, List.of(Demo.manifest()), Launch.labEnvironment())) {
            host.awaitReady(PATIENCE);
            DemoText text = new DemoText(nobody);
            text.cluster(host.lab(), true, 0);
            new Demo(host.lab()).run(text::row);
            Main.run(nobody, "lab", "status", "--name", name);
            Main.run(nobody, "lab", "status", "--json", "--name", name);
            Main.run(nobody, "lab", "exec", "--name", name, "nobody", "--", "true");
            Main.run(nobody, "lab", "kubeconfig", "--name", name);
            Main.run(nobody, "lab", "list");
            Main.run(nobody, "lab", "delete", "--name", name, "pod", "distant");
        }
        try {
            StoppedLab.forget(files);
        } catch (IOException e) {
            throw new UncheckedIOException("what the training wrote could not be deleted", e);
        }
    }
}
