package dev.fairlead.lab.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides what manifests would change in a picture, or refuses them; changes nothing itself. The rules for what may not
 * change are those of the Kubernetes API server, but that a pod's image can't be changed in place.
 */
final class Admission {
    private final LabPicture picture;
    private final ServiceAdmission services;

    Admission(LabPicture picture, ClusterIps.Draft ips, ServiceCidrs cidrs) {
        this.picture = picture;
        this.services = new ServiceAdmission(ips, cidrs);
    }

    /** One change for each object, in order; the store's own parts of the metadata are still to be given. */
    List<Change> admit(List<Manifest> manifests) {
        List<Place> places = places(manifests);
        Map<ObjectKey, Service> resolved = new TreeMap<>();
        for (Place place : places) {
            if (place.object() instanceof Service service) {
                resolved.put(service.key(), services.resolved(service, existing(service), place));
            }
        }
        List<Change> changes = new ArrayList<>();
        for (Place place : places) {
            changes.add(change(place, resolved));
        }
        return changes;
    }

    private Change change(Place place, Map<ObjectKey, Service> resolved) {
        if (place.object() instanceof Pod pod) {
            return pod(pod, place);
        }
        if (place.object() instanceof Service service) {
            return change(services.filled(resolved.getOrDefault(service.key(), service), place), existing(service));
        }
        if (place.object() instanceof Deployment deployment) {
            return deployment(deployment, place);
        }
        throw place.refuse("kind", "is made by the lab itself and cannot be applied");
    }

    private static List<Place> places(List<Manifest> manifests) {
        List<Place> places = new ArrayList<>();
        Map<String, String> sources = new HashMap<>();
        for (Manifest manifest : manifests) {
            for (LabObject object : manifest.objects()) {
                Place place = new Place(manifest.source(), object);
                String earlier = sources.putIfAbsent(object.title(), manifest.source());
                if (earlier != null) {
                    throw place.refuse(
                            "metadata.name", "was already given in " + earlier + "; each name may stand once");
                }
                places.add(place);
            }
        }
        return places;
    }

    private Change pod(Pod written, Place place) {
        Optional<Pod> existing = Optional.ofNullable(picture.pods().get(written.key()));
        if (existing.isEmpty()) {
            return new Change.Created(written);
        }
        Pod old = existing.get();
        if (old.metadata().deleting()) {
            throw place.refuse(
                    "metadata.name",
                    "the earlier pod of this name is still being deleted; apply again when it is gone");
        }
        String node = written.spec().nodeName();
        PodSpec spec = node.isEmpty() ? written.spec().onNode(old.spec().nodeName()) : written.spec();
        if (!spec.actsLike(old.spec())) {
            throw place.refuse(
                    JsonDifference.path(
                            "spec", old.spec().original(), written.spec().original()),
                    "a pod's spec cannot change; delete the pod and create it again");
        }
        Pod now = new Pod(old.metadata().rewritten(written.metadata()), spec, old.status());
        return now.equals(old) ? new Change.Unchanged(old) : new Change.Updated(old, now);
    }

    private Change deployment(Deployment written, Place place) {
        Optional<Deployment> existing =
                Optional.ofNullable(picture.deployments().get(written.key()));
        if (existing.isPresent()
                && !existing.get().spec().selector().equals(written.spec().selector())) {
            throw place.refuse(
                    "spec.selector",
                    "cannot change from " + existing.get().spec().selector() + " to "
                            + written.spec().selector() + "; delete the Deployment and create it again");
        }
        return change(written, existing);
    }

    private static Change change(LabObject written, Optional<? extends LabObject> existing) {
        if (existing.isEmpty()) {
            return new Change.Created(written);
        }
        LabObject old = existing.get();
        LabObject now = written.withMetadata(old.metadata().rewritten(written.metadata()));
        return now.equals(old) ? new Change.Unchanged(old) : new Change.Updated(old, now);
    }

    private Optional<Service> existing(Service service) {
        return Optional.ofNullable(picture.services().get(service.key()));
    }
}
