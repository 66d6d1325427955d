package dev.fairlead.lab.document;

import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.PodEvent;
import java.time.Instant;

/**
 * Something that happened, before it is written as an Event.
 *
 * @param uid of the object that it is about
 * @param component who says so, as Kubernetes calls it: {@code kubelet}
 * @param host the node that says so; empty for the control plane
 */
record Occurrence(
        Kind kind, ObjectKey object, String uid, PodEvent what, String component, String host, Instant when) {}
