package dev.fairlead.lab.model;

/**
 * What tells objects of one kind apart. Ordered by namespace, then name.
 *
 * @param namespace empty for a kind without namespaces (Node)
 */
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code default/web}, or {@code node-1} where there is no namespace. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
