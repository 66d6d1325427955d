package dev.fairlead.lab;

import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What can be done to a lab that doesn't run. */
public final class StoppedLab {
    private StoppedLab() {}

    /** What the context, cluster and user of a lab are called in kubeconfigs. */
    static String contextName(LabName lab) {
        return "fairlead-" + lab;
    }

    /**
     * Deletes what it left, and takes its context out of the user's kubeconfig.
     *
     * @throws LabRefusal when the context can't be taken out; then nothing is deleted
     */
    public static void forget(LabFiles files) throws IOException {
        if (files.exist()) {
            context(files).ifPresent(one -> one.kubeconfig().remove(contextName(files.lab()), one.before()));
        }
        files.delete();
    }

    /** The kubeconfig that has a context of the lab. */
    public static Optional<Path> kubeconfig(LabFiles files) {
        return context(files).map(LabSettings.Context::kubeconfig).map(UserKubeconfig::file);
    }

    private static Optional<LabSettings.Context> context(LabFiles files) {
        try {
            return LabSettings.read(files).context();
        } catch (LabRefusal e) {
            return Optional.empty(); // settings that can't be read can be deleted
        }
    }
}
