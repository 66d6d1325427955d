package dev.fairlead.lab.manifest;

import static dev.fairlead.lab.manifest.Shape.ANY;
import static dev.fairlead.lab.manifest.Shape.LIST;
import static dev.fairlead.lab.manifest.Shape.NUMBER;
import static dev.fairlead.lab.manifest.Shape.NUMBER_OR_TEXT;
import static dev.fairlead.lab.manifest.Shape.OBJECT;
import static dev.fairlead.lab.manifest.Shape.TEXT;
import static dev.fairlead.lab.manifest.Shape.TEXTS;
import static dev.fairlead.lab.manifest.Shape.TEXT_MAP;
import static dev.fairlead.lab.manifest.Shape.TRUTH;

/**
 * Every field of the Kubernetes types that a manifest may hold ({@code k8s.io/api} 1.36), level by level. What stands under
 * {@code takes} and isn't read has no effect that a user of the lab would miss.
 */
final class Schemas {
    private static final String BALANCER_ONLY =
            "belongs to type NodePort or LoadBalancer, which the lab does not have; leave it out";
    private static final String NO_PROBES = "is not run; the container counts as ready when it has started";
    private static final String NO_VOLUMES = "has no effect; containers see the host's file system";
    private static final String NO_PLACEMENT =
            "has no effect; the lab spreads pods over its nodes, and obeys nodeName and nodeSelector";

    static final Schema OBJECT_FIELDS = new Schema()
            .takes(TEXT, "apiVersion", "kind")
            .needs(OBJECT, "metadata", "is missing; it gives the object its name")
            .needs(OBJECT, "spec", "is missing")
            .takes(ANY, "status");

    static final Schema LIST_FIELDS = new Schema()
            .takes(TEXT, "apiVersion", "kind")
            .takes(OBJECT, "metadata")
            .needs(LIST, "items", "is missing");

    static final Schema METADATA = new Schema()
            .takes(TEXT, "name", "namespace", "uid", "resourceVersion", "selfLink")
            .takes(TEXT, "creationTimestamp", "deletionTimestamp")
            .takes(NUMBER, "generation", "deletionGracePeriodSeconds")
            .takes(TEXT_MAP, "labels", "annotations")
            .takes(LIST, "ownerReferences", "managedFields")
            .notes(LIST, "finalizers", "has no effect; the object goes when it is deleted")
            .refuses(TEXT, "generateName", "is not supported; give the object a metadata.name");

    static final Schema POD_SPEC = new Schema()
            .needs(LIST, "containers", "is missing; a pod needs at least one container")
            .takes(TEXT, "nodeName", "hostname", "restartPolicy")
            .takes(TEXT_MAP, "nodeSelector")
            .takes(NUMBER, "terminationGracePeriodSeconds")
            .takes(TEXT, "dnsPolicy", "serviceAccountName", "serviceAccount", "schedulerName", "subdomain")
            .takes(TEXT, "priorityClassName", "runtimeClassName", "preemptionPolicy", "hostnameOverride")
            .takes(TRUTH, "automountServiceAccountToken", "shareProcessNamespace", "enableServiceLinks")
            .takes(TRUTH, "setHostnameAsFQDN", "hostUsers")
            .takes(OBJECT, "securityContext", "overhead", "os", "resources", "workloadRef")
            .takes(LIST, "imagePullSecrets", "tolerations", "resourceClaims")
            .takes(NUMBER, "priority")
            .notes(LIST, "volumes", NO_VOLUMES)
            .notes(OBJECT, "affinity", NO_PLACEMENT)
            .notes(LIST, "topologySpreadConstraints", NO_PLACEMENT)
            .notes(LIST, "schedulingGates", NO_PLACEMENT)
            .notes(LIST, "readinessGates", "has no effect; a pod is ready when its containers are")
            .notes(NUMBER, "activeDeadlineSeconds", "has no effect; the pod runs until it is deleted")
            .notes(LIST, "hostAliases", "has no effect; containers see the host's /etc/hosts")
            .notes(OBJECT, "dnsConfig", "has no effect; containers see the host's /etc/resolv.conf")
            .refuses(
                    LIST,
                    "initContainers",
                    "init containers are not supported; let a container's command do their work")
            .refuses(LIST, "ephemeralContainers", "ephemeral containers cannot stand in a manifest; leave them out")
            .refuses(
                    TRUTH,
                    "hostNetwork",
                    "a pod in its node's own network namespace is not supported; leave it out, and the pod gets its own"
                            + " address")
            .refuses(TRUTH, "hostPID", "the host's processes are not shown to pods; leave it out")
            .refuses(TRUTH, "hostIPC", "the host's IPC namespace is not given to pods; leave it out");

    static final Schema CONTAINER = new Schema()
            .needs(TEXT, "name", "is missing; every container needs a name of its own")
            .needs(TEXT, "image", "is missing; " + Image.KNOWN)
            .takes(TEXTS, "command", "args")
            .takes(TEXT, "workingDir")
            .takes(LIST, "ports", "env")
            .takes(OBJECT, "resources", "securityContext")
            .takes(LIST, "resizePolicy", "volumeDevices", "restartPolicyRules")
            .takes(TEXT, "imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy", "restartPolicy")
            .takes(TRUTH, "stdin", "stdinOnce", "tty")
            .notes(LIST, "volumeMounts", NO_VOLUMES)
            .notes(OBJECT, "livenessProbe", NO_PROBES)
            .notes(OBJECT, "readinessProbe", NO_PROBES)
            .notes(OBJECT, "startupProbe", NO_PROBES)
            .notes(OBJECT, "lifecycle", "is not run")
            .refuses(LIST, "envFrom", "ConfigMaps and Secrets are not supported; write the variables under env");

    static final Schema CONTAINER_PORT = new Schema()
            .needs(NUMBER, "containerPort", "is missing; use 1 to 65535")
            .takes(TEXT, "name", "protocol", "hostIP")
            .refuses(NUMBER, "hostPort", "is not supported; reach the pod at its own address or through a Service");

    static final Schema ENV = new Schema()
            .needs(TEXT, "name", "is missing")
            .takes(TEXT, "value")
            .refuses(OBJECT, "valueFrom", "is not supported; write the value itself");

    static final Schema SERVICE_SPEC = new Schema()
            .takes(LIST, "ports")
            .takes(TEXT_MAP, "selector")
            .takes(TEXT, "clusterIP", "type", "ipFamilyPolicy", "sessionAffinity", "internalTrafficPolicy")
            .takes(TEXTS, "clusterIPs", "ipFamilies")
            .takes(TRUTH, "publishNotReadyAddresses")
            .takes(OBJECT, "sessionAffinityConfig")
            .notes(TEXT, "trafficDistribution", "has no effect; all endpoints get connections")
            .refuses(TEXTS, "externalIPs", "is not supported; the lab's Services have cluster addresses only")
            .refuses(TEXT, "externalName", "belongs to type ExternalName, which the lab does not have; leave it out")
            .refuses(TEXT, "externalTrafficPolicy", BALANCER_ONLY)
            .refuses(NUMBER, "healthCheckNodePort", BALANCER_ONLY)
            .refuses(TEXT, "loadBalancerIP", BALANCER_ONLY)
            .refuses(TEXT, "loadBalancerClass", BALANCER_ONLY)
            .refuses(TEXTS, "loadBalancerSourceRanges", BALANCER_ONLY)
            .refuses(TRUTH, "allocateLoadBalancerNodePorts", BALANCER_ONLY);

    static final Schema SERVICE_PORT = new Schema()
            .needs(NUMBER, "port", "is missing; use 1 to 65535")
            .takes(TEXT, "name", "protocol", "appProtocol")
            .takes(NUMBER_OR_TEXT, "targetPort")
            .refuses(NUMBER, "nodePort", BALANCER_ONLY);

    static final Schema DEPLOYMENT_SPEC = new Schema()
            .takes(NUMBER, "replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
            .needs(OBJECT, "selector", "is missing; let its matchLabels name labels of spec.template")
            .needs(OBJECT, "template", "is missing; it describes the pods")
            .takes(OBJECT, "strategy")
            .takes(TRUTH, "paused")
            .refuses(LIST, "containers", "belongs in spec.template.spec");

    /** Only from the API; manifests hold none. */
    static final Schema REPLICA_SET_SPEC = new Schema()
            .takes(NUMBER, "replicas", "minReadySeconds")
            .needs(OBJECT, "selector", "is missing; let its matchLabels name labels of spec.template")
            .needs(OBJECT, "template", "is missing; it describes the pods");

    static final Schema STRATEGY = new Schema().takes(TEXT, "type").takes(OBJECT, "rollingUpdate");

    static final Schema ROLLING_UPDATE = new Schema().takes(NUMBER_OR_TEXT, "maxSurge", "maxUnavailable");

    static final Schema TEMPLATE = new Schema().takes(OBJECT, "metadata").needs(OBJECT, "spec", "is missing");

    static final Schema SELECTOR = new Schema()
            .takes(TEXT_MAP, "matchLabels")
            .takes(LIST, "matchExpressions")
            .otherwise("; labels go under matchLabels");

    static final Schema REQUIREMENT = new Schema()
            .needs(TEXT, "key", "is missing")
            .needs(TEXT, "operator", "is missing; use In, NotIn, Exists or DoesNotExist")
            .takes(TEXTS, "values");

    private Schemas() {}
}
