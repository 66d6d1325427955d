package dev.fairlead.lab.model;

import java.util.Locale;

/** The kinds of objects that the store keeps, with the names that users and {@code kubectl} give them. */
public enum Kind {
    NODE("Node", "v1"),
    POD("Pod", "v1"),
    SERVICE("Service", "v1"),
    DEPLOYMENT("Deployment", "apps/v1"),
    REPLICA_SET("ReplicaSet", "apps/v1");

    private final String text;
    private final String apiVersion;

    Kind(String text, String apiVersion) {
        this.text = text;
        this.apiVersion = apiVersion;
    }

    /** {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return apiVersion;
    }

    /** As {@code kubectl apply} prints it: {@code pod}, {@code deployment.apps}. */
    public String resourceName() {
        int slash = apiVersion.indexOf('/');
        return text.toLowerCase(Locale.ROOT) + (slash < 0 ? "" : "." + apiVersion.substring(0, slash));
    }

    /** As a manifest's {@code kind} has it: {@code Pod}, {@code ReplicaSet}. */
    @Override
    public String toString() {
        return text;
    }
}
