package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Kind;
import java.util.List;
import java.util.Optional;

/** Which kinds a manifest may hold, and what to say to the others. */
final class KnownKinds {
    private static final String READS = "the lab reads Pod, Service and Deployment";
    private static final List<Kind> READABLE = List.of(Kind.POD, Kind.SERVICE, Kind.DEPLOYMENT);
    private static final List<String> NAMES = List.of("Pod", "Service", "Deployment", "List");
    private static final List<String> ELSEWHERE = List.of(
            "ConfigMap",
            "CronJob",
            "CustomResourceDefinition",
            "DaemonSet",
            "EndpointSlice",
            "Endpoints",
            "Event",
            "Gateway",
            "HTTPRoute",
            "HorizontalPodAutoscaler",
            "Ingress",
            "IngressClass",
            "Job",
            "Lease",
            "LimitRange",
            "NetworkPolicy",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "PodDisruptionBudget",
            "ReplicaSet",
            "ReplicationController",
            "ResourceQuota",
            "Role",
            "RoleBinding",
            "ClusterRole",
            "ClusterRoleBinding",
            "Secret",
            "ServiceAccount",
            "StatefulSet",
            "StorageClass");

    private KnownKinds() {}

    /** @throws dev.fairlead.lab.model.ManifestException when the lab doesn't read this kind, or not in this version */
    static Kind check(String kind, String apiVersion, Scope scope) {
        if (kind.isEmpty()) {
            throw scope.wrong("kind", "is missing; " + READS);
        }
        Optional<Kind> known = find(kind);
        if (known.isEmpty()) {
            throw scope.wrong("kind", refusal(kind));
        }
        String wanted = known.get().apiVersion();
        if (apiVersion.isEmpty()) {
            throw scope.wrong("apiVersion", "is missing; write " + wanted);
        }
        if (!apiVersion.equals(wanted)) {
            throw scope.wrong("apiVersion", "'" + Text.brief(apiVersion) + "' has no " + kind + "; write " + wanted);
        }
        return known.get();
    }

    private static Optional<Kind> find(String name) {
        for (Kind kind : READABLE) {
            if (kind.toString().equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static String refusal(String kind) {
        if (kind.equals("Namespace")) {
            return "Namespace is not needed; a namespace of the lab exists as soon as an object names it";
        }
        if (ELSEWHERE.contains(kind)) {
            return kind + " is not supported; " + READS;
        }
        return "'" + Text.brief(kind) + "' is not a kind"
                + Nearest.to(kind, NAMES)
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse("; " + READS);
    }
}
