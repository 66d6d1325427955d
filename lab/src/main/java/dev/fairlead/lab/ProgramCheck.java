package dev.fairlead.lab;

import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.Volume;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Looks whether the programs that a manifest's {@code host} containers name are on this machine.
 *
 * @param find from a name and a search path to a program
 */
record ProgramCheck(Manifest manifest, BiFunction<String, String, Optional<Path>> find) {
    /** What processes of image {@code host} search, unless their manifest says otherwise. */
    static final String SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** @throws ManifestException naming file, object and field of the first program that isn't there */
    void require() {
        for (LabObject object : manifest.objects()) {
            switch (object) {
                case Pod pod -> require(object, "spec.", pod.spec());
                case Deployment deployment ->
                    require(
                            object,
                            "spec.template.spec.",
                            deployment.spec().template().spec());
                default -> {}
            }
        }
    }

    private void require(LabObject object, String field, PodSpec spec) {
        require(object, field + "initContainers", spec.initContainers());
        require(object, field + "containers", spec.containers());
    }

    private void require(LabObject object, String field, List<Container> containers) {
        for (int i = 0; i < containers.size(); i++) {
            Container container = containers.get(i);
            Optional<Workload> workload = Workload.early(container);
            if (workload.isPresent() && workload.get() instanceof Workload.HostCommand command) {
                String program = command.argv().getFirst();
                String path = command.env().getOrDefault("PATH", SEARCH_PATH);
                if (!isLate(program, container) && find.apply(program, path).isEmpty()) {
                    String where = program.indexOf('/') < 0 ? " on the search path " + path : "";
                    boolean isCommand = !container.command().isEmpty();
                    throw new ManifestException(new Finding(
                            manifest.source(),
                            object.title(),
                            field + "[" + i + "]." + (isCommand ? "command" : "args") + "[0]",
                            "'" + program + "' is no program of this machine" + where
                                    + "; the image host runs what is installed here"));
                }
            }
        }
    }

    /** Whether it is named by a variable that only comes when the container starts, or lies in a volume. */
    private static boolean isLate(String program, Container container) {
        if (container.hasLateEnv() && program.contains("$(")) {
            return true;
        }
        for (Volume.Mount mount : container.mounts()) {
            if (Path.of(program).startsWith(mount.path())) {
                return true;
            }
        }
        return false;
    }
}
