package dev.fairlead.lab.model;

import java.util.List;

/**
 * What one file says: Pods, Services and Deployments in its order, each valid by itself.
 *
 * @param source the file's name as the user gave it, or {@code stdin}
 * @param notes what was accepted but has no effect in the lab, where that may surprise
 */
public record Manifest(String source, List<LabObject> objects, List<Finding> notes) {

    public Manifest {
        objects = List.copyOf(objects);
        notes = List.copyOf(notes);
    }
}
