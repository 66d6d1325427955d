package dev.fairlead.lab.model;

import java.util.List;

/**
 * One program of a pod.
 *
 * @param command replaces the image's entry point; may be empty
 * @param args follow the command; may be empty
 * @param workingDir empty for the image's own
 * @param env in the order written; a later variable may use earlier ones, and wins over one of the same name
 */
public record Container(
        String name,
        String image,
        List<String> command,
        List<String> args,
        String workingDir,
        List<ContainerPort> ports,
        List<EnvVar> env) {

    public Container {
        command = List.copyOf(command);
        args = List.copyOf(args);
        ports = List.copyOf(ports);
        env = List.copyOf(env);
    }
}
