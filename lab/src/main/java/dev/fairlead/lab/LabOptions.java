package dev.fairlead.lab;

import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a lab is started with.
 *
 * @param home the checkout, for the native programs
 * @param foreign another CNI plugin in Fairlead's place
 * @param agents where the nodes' agents run
 * @param files where it keeps what is to outlast it; one without can't be stopped and started again
 */
@SuppressWarnings("OptionalUsedAsFieldOrParameterType") // a lab has one or it has none; nobody passes it around
public record LabOptions(
        LabName name,
        LabLayout layout,
        Path home,
        Optional<ForeignCni> foreign,
        Agents agents,
        Optional<LabFiles> files) {

    /** Where agents run. They are the same agents, and hear of the cluster from the same API. */
    public enum Agents {
        /** In the lab's own JVM. */
        INSIDE,
        /** Each in a process of its own, started as on a node of a real cluster. */
        PROCESS
    }

    /** @param bin directory of its plugin binaries */
    public record ForeignCni(Path conf, Path bin) {}

    public static LabOptions of(LabName name, LabLayout layout, Path home) {
        return new LabOptions(name, layout, home, Optional.empty(), Agents.INSIDE, Optional.empty());
    }

    public LabOptions withForeignCni(Path conf, Path bin) {
        return new LabOptions(name, layout, home, Optional.of(new ForeignCni(conf, bin)), agents, files);
    }

    public LabOptions withFiles(LabFiles where) {
        return new LabOptions(name, layout, home, foreign, agents, Optional.of(where));
    }

    public LabOptions withAgents(Agents where) {
        return new LabOptions(name, layout, home, foreign, where, files);
    }

    /** What our build makes: {@code pause} and {@code fairlead-cni}. */
    public Path nativePrograms() {
        return home.resolve("native/target/bin");
    }
}
