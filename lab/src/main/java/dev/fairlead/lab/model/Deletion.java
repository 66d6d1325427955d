package dev.fairlead.lab.model;

import java.util.List;

/**
 * What became of a request to delete.
 *
 * @param deleted what was deleted or, for pods that run, is now being deleted; what they owned follows later
 * @param missing what wasn't there
 */
public record Deletion(List<LabObject> deleted, List<Finding> missing) {

    public Deletion {
        deleted = List.copyOf(deleted);
        missing = List.copyOf(missing);
    }
}
