package dev.fairlead.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.CoreV1EventList;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentList;
import io.kubernetes.client.openapi.models.V1EndpointSlice;
import io.kubernetes.client.openapi.models.V1EndpointSliceList;
import io.kubernetes.client.openapi.models.V1Endpoints;
import io.kubernetes.client.openapi.models.V1EndpointsList;
import io.kubernetes.client.openapi.models.V1IPAddress;
import io.kubernetes.client.openapi.models.V1IPAddressList;
import io.kubernetes.client.openapi.models.V1Lease;
import io.kubernetes.client.openapi.models.V1LeaseList;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NamespaceList;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1NetworkPolicyList;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeList;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodList;
import io.kubernetes.client.openapi.models.V1ReplicaSet;
import io.kubernetes.client.openapi.models.V1ReplicaSetList;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretList;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1ServiceAccountList;
import io.kubernetes.client.openapi.models.V1ServiceCIDR;
import io.kubernetes.client.openapi.models.V1ServiceCIDRList;
import io.kubernetes.client.openapi.models.V1ServiceList;
import java.util.List;
import java.util.Locale;

/** A kind of the stories, with the classes that each library has for it. */
record StoryKind(
        String group,
        String kind,
        String plural,
        boolean namespaced,
        Official<?, ?> official,
        Class<? extends HasMetadata> fabric8) {

    /** The official client's classes. */
    record Official<T extends KubernetesObject, L extends KubernetesListObject>(Class<T> one, Class<L> list) {}

    private static final List<StoryKind> ALL = List.of(
            core(
                    "ConfigMap",
                    "configmaps",
                    V1ConfigMap.class,
                    V1ConfigMapList.class,
                    io.fabric8.kubernetes.api.model.ConfigMap.class),
            core(
                    "Endpoints",
                    "endpoints",
                    V1Endpoints.class,
                    V1EndpointsList.class,
                    io.fabric8.kubernetes.api.model.Endpoints.class),
            core(
                    "Event",
                    "events",
                    CoreV1Event.class,
                    CoreV1EventList.class,
                    io.fabric8.kubernetes.api.model.Event.class),
            core("Pod", "pods", V1Pod.class, V1PodList.class, io.fabric8.kubernetes.api.model.Pod.class),
            core("Secret", "secrets", V1Secret.class, V1SecretList.class, io.fabric8.kubernetes.api.model.Secret.class),
            core(
                    "ServiceAccount",
                    "serviceaccounts",
                    V1ServiceAccount.class,
                    V1ServiceAccountList.class,
                    io.fabric8.kubernetes.api.model.ServiceAccount.class),
            core(
                    "Service",
                    "services",
                    V1Service.class,
                    V1ServiceList.class,
                    io.fabric8.kubernetes.api.model.Service.class),
            cluster(
                    "",
                    "Namespace",
                    "namespaces",
                    V1Namespace.class,
                    V1NamespaceList.class,
                    io.fabric8.kubernetes.api.model.Namespace.class),
            cluster("", "Node", "nodes", V1Node.class, V1NodeList.class, io.fabric8.kubernetes.api.model.Node.class),
            named(
                    "apps",
                    "Deployment",
                    "deployments",
                    V1Deployment.class,
                    V1DeploymentList.class,
                    io.fabric8.kubernetes.api.model.apps.Deployment.class),
            named(
                    "apps",
                    "ReplicaSet",
                    "replicasets",
                    V1ReplicaSet.class,
                    V1ReplicaSetList.class,
                    io.fabric8.kubernetes.api.model.apps.ReplicaSet.class),
            named(
                    "coordination.k8s.io",
                    "Lease",
                    "leases",
                    V1Lease.class,
                    V1LeaseList.class,
                    io.fabric8.kubernetes.api.model.coordination.v1.Lease.class),
            named(
                    "discovery.k8s.io",
                    "EndpointSlice",
                    "endpointslices",
                    V1EndpointSlice.class,
                    V1EndpointSliceList.class,
                    io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice.class),
            named(
                    "networking.k8s.io",
                    "NetworkPolicy",
                    "networkpolicies",
                    V1NetworkPolicy.class,
                    V1NetworkPolicyList.class,
                    io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy.class),
            cluster(
                    "networking.k8s.io",
                    "IPAddress",
                    "ipaddresses",
                    V1IPAddress.class,
                    V1IPAddressList.class,
                    io.fabric8.kubernetes.api.model.networking.v1.IPAddress.class),
            cluster(
                    "networking.k8s.io",
                    "ServiceCIDR",
                    "servicecidrs",
                    V1ServiceCIDR.class,
                    V1ServiceCIDRList.class,
                    io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR.class));

    private static <T extends KubernetesObject, L extends KubernetesListObject> StoryKind core(
            String kind, String plural, Class<T> one, Class<L> list, Class<? extends HasMetadata> fabric8) {
        return named("", kind, plural, one, list, fabric8);
    }

    private static <T extends KubernetesObject, L extends KubernetesListObject> StoryKind named(
            String group,
            String kind,
            String plural,
            Class<T> one,
            Class<L> list,
            Class<? extends HasMetadata> fabric8) {
        return new StoryKind(group, kind, plural, true, new Official<>(one, list), fabric8);
    }

    private static <T extends KubernetesObject, L extends KubernetesListObject> StoryKind cluster(
            String group,
            String kind,
            String plural,
            Class<T> one,
            Class<L> list,
            Class<? extends HasMetadata> fabric8) {
        return new StoryKind(group, kind, plural, false, new Official<>(one, list), fabric8);
    }

    /** @param word as people type it: plural, singular, or the kind itself */
    static StoryKind of(String word) {
        return ALL.stream()
                .filter(kind -> kind.plural().equals(word) || kind.singular().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no story has a " + word));
    }

    String singular() {
        return kind.toLowerCase(Locale.ROOT);
    }

    /** As kubectl prints it: {@code deployment.apps}. */
    String shown() {
        return group.isEmpty() ? singular() : singular() + "." + group;
    }
}
