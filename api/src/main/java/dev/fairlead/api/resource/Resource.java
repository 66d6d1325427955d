package dev.fairlead.api.resource;

import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.types.ApiType;
import dev.fairlead.api.types.Types;
import java.util.List;

/**
 * A resource of the API: what its paths and its objects are called.
 *
 * @param group empty for the core group
 * @param plural the path's word
 * @param shortNames what kubectl takes for it
 * @param subresources such as {@code status}
 */
public record Resource(
        String group,
        String version,
        String kind,
        String plural,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        List<String> subresources) {

    /** Plural and group, such as {@code pods} or {@code deployments.apps}: its name in the store and in messages. */
    public String name() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** As objects write it. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    public String singular() {
        return kind.toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether its status is written apart from the rest. */
    public boolean hasStatus() {
        return subresources.contains("status");
    }

    public ApiType type() {
        return Types.require(typeKey());
    }

    /** The resource under which its objects are kept: itself, but for Events. */
    public Resource kept() {
        return equals(Resources.EVENTS_V1) ? Resources.EVENTS : this;
    }

    /** What its type is called; Event is a type of two groups. */
    public String typeKey() {
        return group.equals("events.k8s.io") ? "EventsV1Event" : kind;
    }

    public ObjectKey key(String namespace, String name) {
        return new ObjectKey(name(), namespaced ? namespace : "", name);
    }
}
