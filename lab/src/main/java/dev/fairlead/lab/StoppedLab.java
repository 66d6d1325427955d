package dev.fairlead.lab;

import dev.fairlead.lab.door.LabFiles;
import java.io.IOException;

/** What can be done to a lab that doesn't run. */
public final class StoppedLab {
    private StoppedLab() {}

    /** Deletes what it left, and takes its context out of the user's kubeconfig. */
    public static void forget(LabFiles files) throws IOException {
        files.delete();
    }
}
