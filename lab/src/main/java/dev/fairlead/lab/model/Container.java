package dev.fairlead.lab.model;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One program of a pod.
 *
 * @param command replaces the image's entry point; may be empty
 * @param args follow the command; may be empty
 * @param workingDir empty for the image's own
 * @param env in the order written; a later variable may use earlier ones, and wins over one of the same name
 * @param probes what the node asks it
 * @param postStart what the node does once it has started; the container isn't running until that is done
 * @param preStop what the node does before it ends it
 * @param sidecar for an init container: whether it goes on running beside the others ({@code restartPolicy: Always})
 */
public record Container(
        String name,
        String image,
        List<String> command,
        List<String> args,
        String workingDir,
        List<ContainerPort> ports,
        List<EnvVar> env,
        List<Volume.Mount> mounts,
        Map<Probe.Purpose, Probe> probes,
        Optional<Probe.Check> postStart,
        Optional<Probe.Check> preStop,
        boolean sidecar) {

    public Container {
        command = List.copyOf(command);
        args = List.copyOf(args);
        ports = List.copyOf(ports);
        env = List.copyOf(env);
        mounts = List.copyOf(mounts);
        EnumMap<Probe.Purpose, Probe> sorted = new EnumMap<>(Probe.Purpose.class);
        sorted.putAll(probes);
        probes = Collections.unmodifiableMap(sorted);
    }

    /** The same with other variables. */
    public Container withEnv(List<EnvVar> changed) {
        return new Container(
                name, image, command, args, workingDir, ports, changed, mounts, probes, postStart, preStop, sidecar);
    }

    /** Whether some of its variables are only known when it starts. */
    public boolean hasLateEnv() {
        for (EnvVar variable : env) {
            if (variable.isLate()) {
                return true;
            }
        }
        return false;
    }
}
