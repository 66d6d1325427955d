package dev.fairlead.plan;

/** Which Service: prints as {@code namespace/name}, and sorts so. */
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {

    public ServiceName {
        if (namespace.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException(
                    "a Service needs a namespace and a name, not '" + namespace + "/" + name + "'");
        }
    }

    @Override
    public int compareTo(ServiceName other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
