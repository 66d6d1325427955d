package dev.fairlead.cluster;

import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known of each object, and the picture that it makes. Belongs to whoever holds the follower's lock. */
final class Facts {
    private final Map<Watched, Map<ObjectName, Fact>> known = new EnumMap<>(Watched.class);
    private ClusterPicture picture = ClusterPicture.EMPTY;

    Facts() {
        for (Watched watched : Watched.values()) {
            known.put(watched, new HashMap<>());
        }
    }

    ClusterPicture picture() {
        return picture;
    }

    private Map<ObjectName, Fact> of(Watched watched) {
        return known.getOrDefault(watched, Map.of());
    }

    void put(Watched watched, ObjectName name, Fact fact) {
        Fact before = fact instanceof Fact.OfNothing
                ? of(watched).remove(name)
                : of(watched).put(name, fact);
        // A slice can go over to another Service, so what was goes first.
        if (before instanceof Fact.OfSlice was
                && !(fact instanceof Fact.OfSlice is && is.service().equals(was.service()))) {
            picture = picture.withoutSlice(was.service(), was.slice().name());
        }
        picture = switch (fact) {
            case Fact.OfNode(var node) -> picture.with(node);
            case Fact.OfServiceObject(var service) -> picture.with(service);
            case Fact.OfSlice(var service, var slice) -> picture.with(service, slice);
            case Fact.OfNamespace(var namespace) -> picture.with(namespace);
            case Fact.OfPod(var pod) -> picture.with(pod);
            case Fact.OfServiceCidr _ -> picture.withServiceCidrs(serviceCidrs());
            case Fact.OfNothing _ -> before == null ? picture : without(before);
        };
    }

    void remove(Watched watched, ObjectName name) {
        put(watched, name, Fact.NOTHING);
    }

    /** Takes out everything of a kind that isn't there any more. */
    void keepOnly(Watched watched, Set<ObjectName> there) {
        for (ObjectName name : List.copyOf(of(watched).keySet())) {
            if (!there.contains(name)) {
                remove(watched, name);
            }
        }
    }

    private ClusterPicture without(Fact fact) {
        return switch (fact) {
            case Fact.OfNode(var node) -> picture.withoutNode(node.name());
            case Fact.OfServiceObject(var service) -> picture.withoutService(service.name());
            case Fact.OfSlice(var service, var slice) -> picture.withoutSlice(service, slice.name());
            case Fact.OfNamespace(var namespace) -> picture.withoutNamespace(namespace.name());
            case Fact.OfPod(var pod) -> picture.withoutPod(pod.toString());
            case Fact.OfServiceCidr _ -> picture.withServiceCidrs(serviceCidrs());
            case Fact.OfNothing _ -> picture;
        };
    }

    private List<Prefix> serviceCidrs() {
        List<Prefix> cidrs = new ArrayList<>();
        for (Fact fact : of(Watched.SERVICE_CIDRS).values()) {
            if (fact instanceof Fact.OfServiceCidr(var some)) {
                cidrs.addAll(some);
            }
        }
        return cidrs.stream().distinct().toList();
    }
}
