package dev.fairlead.api.store;

import java.util.Comparator;

/**
 * Where an object is kept.
 *
 * @param resource plural and group, such as {@code pods} or {@code deployments.apps}
 * @param namespace empty for objects of the whole cluster
 */
public record ObjectKey(String resource, String namespace, String name) implements Comparable<ObjectKey> {
    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::resource)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name);

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }
}
