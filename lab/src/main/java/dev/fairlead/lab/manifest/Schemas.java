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
    private static final String BALANCER_ONLY = "belongs to load balancers, which the lab does not have; leave it out";
    private static final String NO_SUCH_VOLUME =
            "is not a volume that the lab has; use emptyDir, configMap, secret, downwardAPI or projected";
    private static final String NO_GRPC = "is not asked by the lab; use httpGet, tcpSocket or exec";
    private static final String NO_AMOUNTS =
            "has no meaning in the lab, which limits no container's CPU or memory; write the value itself";
    private static final String NO_GATES = "has no effect; pods are placed at once";

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
            .takes(LIST, "initContainers", "volumes")
            .takes(TRUTH, "hostNetwork")
            .takes(TEXT, "nodeName", "hostname", "restartPolicy")
            .takes(TEXT_MAP, "nodeSelector")
            .takes(NUMBER, "terminationGracePeriodSeconds")
            .takes(OBJECT, "dnsConfig")
            .takes(LIST, "hostAliases")
            .takes(TEXT, "dnsPolicy", "serviceAccountName", "serviceAccount", "schedulerName", "subdomain")
            .takes(TEXT, "priorityClassName", "runtimeClassName", "preemptionPolicy", "hostnameOverride")
            .takes(TRUTH, "automountServiceAccountToken", "shareProcessNamespace", "enableServiceLinks")
            .takes(TRUTH, "setHostnameAsFQDN", "hostUsers")
            .takes(OBJECT, "securityContext", "overhead", "os", "resources", "workloadRef")
            .takes(LIST, "imagePullSecrets", "tolerations", "resourceClaims")
            .takes(NUMBER, "priority")
            .takes(OBJECT, "affinity")
            .takes(LIST, "topologySpreadConstraints")
            .notes(LIST, "schedulingGates", NO_GATES)
            .notes(LIST, "readinessGates", "has no effect; a pod is ready when its containers are")
            .notes(NUMBER, "activeDeadlineSeconds", "has no effect; the pod runs until it is deleted")
            .refuses(LIST, "ephemeralContainers", "ephemeral containers cannot stand in a manifest; leave them out")
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
            .takes(LIST, "volumeMounts", "envFrom")
            .takes(OBJECT, "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

    static final Schema CONTAINER_PORT = new Schema()
            .needs(NUMBER, "containerPort", "is missing; use 1 to 65535")
            .takes(TEXT, "name", "protocol", "hostIP")
            .takes(NUMBER, "hostPort");

    static final Schema ENV =
            new Schema().needs(TEXT, "name", "is missing").takes(TEXT, "value").takes(OBJECT, "valueFrom");

    static final Schema VALUE_FROM = new Schema()
            .takes(OBJECT, "fieldRef", "configMapKeyRef", "secretKeyRef")
            .refuses(OBJECT, "resourceFieldRef", NO_AMOUNTS)
            .refuses(OBJECT, "fileKeyRef", "is not read by the lab; use configMapKeyRef");

    static final Schema FIELD_REF = new Schema()
            .takes(TEXT, "apiVersion")
            .needs(TEXT, "fieldPath", "is missing; it names a field of the pod, such as metadata.name");

    static final Schema KEY_REF = new Schema()
            .takes(TEXT, "name")
            .needs(TEXT, "key", "is missing; it says which value is meant")
            .takes(TRUTH, "optional");

    static final Schema ENV_FROM = new Schema().takes(TEXT, "prefix").takes(OBJECT, "configMapRef", "secretRef");

    static final Schema OBJECT_REF = new Schema().takes(TEXT, "name").takes(TRUTH, "optional");

    static final Schema PROBE = new Schema()
            .takes(OBJECT, "exec", "httpGet", "tcpSocket")
            .takes(NUMBER, "initialDelaySeconds", "timeoutSeconds", "periodSeconds")
            .takes(NUMBER, "successThreshold", "failureThreshold")
            .notes(NUMBER, "terminationGracePeriodSeconds", "has no effect; the pod's own grace period counts")
            .refuses(OBJECT, "grpc", NO_GRPC);

    static final Schema LIFECYCLE =
            new Schema().takes(OBJECT, "postStart", "preStop").takes(TEXT, "stopSignal");

    static final Schema HOOK = new Schema()
            .takes(OBJECT, "exec", "httpGet", "sleep")
            .refuses(OBJECT, "tcpSocket", "does nothing in a hook; use exec or httpGet");

    static final Schema EXEC = new Schema().takes(TEXTS, "command");

    static final Schema HTTP_GET = new Schema()
            .needs(NUMBER_OR_TEXT, "port", "is missing; use a number or the name of a container port")
            .takes(TEXT, "path", "host", "scheme")
            .takes(LIST, "httpHeaders");

    static final Schema HTTP_HEADER =
            new Schema().needs(TEXT, "name", "is missing").needs(TEXT, "value", "is missing");

    static final Schema TCP_SOCKET = new Schema()
            .needs(NUMBER_OR_TEXT, "port", "is missing; use a number or the name of a container port")
            .takes(TEXT, "host");

    static final Schema SLEEP = new Schema().needs(NUMBER, "seconds", "is missing");

    static final Schema VOLUME = new Schema()
            .needs(TEXT, "name", "is missing; volumeMounts refer to it")
            .takes(OBJECT, "emptyDir", "configMap", "secret", "downwardAPI", "projected")
            .refuses(OBJECT, "hostPath", "is not needed; containers of the lab see this machine's files")
            .refuses(OBJECT, "persistentVolumeClaim", NO_SUCH_VOLUME)
            .refuses(OBJECT, "ephemeral", NO_SUCH_VOLUME)
            .refuses(OBJECT, "nfs", NO_SUCH_VOLUME)
            .refuses(OBJECT, "csi", NO_SUCH_VOLUME)
            .refuses(OBJECT, "image", NO_SUCH_VOLUME)
            .refuses(OBJECT, "iscsi", NO_SUCH_VOLUME)
            .refuses(OBJECT, "fc", NO_SUCH_VOLUME)
            .refuses(OBJECT, "rbd", NO_SUCH_VOLUME)
            .refuses(OBJECT, "cephfs", NO_SUCH_VOLUME)
            .refuses(OBJECT, "cinder", NO_SUCH_VOLUME)
            .refuses(OBJECT, "gitRepo", NO_SUCH_VOLUME)
            .refuses(OBJECT, "flexVolume", NO_SUCH_VOLUME)
            .refuses(OBJECT, "awsElasticBlockStore", NO_SUCH_VOLUME)
            .refuses(OBJECT, "gcePersistentDisk", NO_SUCH_VOLUME)
            .refuses(OBJECT, "azureDisk", NO_SUCH_VOLUME)
            .refuses(OBJECT, "azureFile", NO_SUCH_VOLUME)
            .refuses(OBJECT, "vsphereVolume", NO_SUCH_VOLUME)
            .refuses(OBJECT, "portworxVolume", NO_SUCH_VOLUME)
            .refuses(OBJECT, "glusterfs", NO_SUCH_VOLUME)
            .refuses(OBJECT, "flocker", NO_SUCH_VOLUME)
            .refuses(OBJECT, "photonPersistentDisk", NO_SUCH_VOLUME)
            .refuses(OBJECT, "quobyte", NO_SUCH_VOLUME)
            .refuses(OBJECT, "scaleIO", NO_SUCH_VOLUME)
            .refuses(OBJECT, "storageos", NO_SUCH_VOLUME);

    static final Schema EMPTY_DIR = new Schema().takes(TEXT, "medium").takes(ANY, "sizeLimit");

    /** Of a ConfigMap, a Secret or the pod's own fields, alone or projected beside others. */
    static final Schema VOLUME_SOURCE = new Schema()
            .takes(TEXT, "name", "secretName")
            .takes(LIST, "items")
            .takes(NUMBER, "defaultMode")
            .takes(TRUTH, "optional");

    static final Schema PROJECTED = new Schema().takes(LIST, "sources").takes(NUMBER, "defaultMode");

    static final Schema PROJECTED_SOURCE = new Schema()
            .takes(OBJECT, "configMap", "secret", "downwardAPI")
            .refuses(OBJECT, "serviceAccountToken", "is not made by the lab; leave it out")
            .refuses(OBJECT, "clusterTrustBundle", "is not made by the lab; leave it out")
            .refuses(OBJECT, "podCertificate", "is not made by the lab; leave it out");

    static final Schema VOLUME_ITEM = new Schema()
            .takes(TEXT, "key", "path")
            .takes(NUMBER, "mode")
            .takes(OBJECT, "fieldRef")
            .refuses(OBJECT, "resourceFieldRef", NO_AMOUNTS);

    static final Schema VOLUME_MOUNT = new Schema()
            .needs(TEXT, "name", "is missing; it names a volume of the pod")
            .needs(TEXT, "mountPath", "is missing")
            .takes(TEXT, "subPath", "recursiveReadOnly")
            .takes(TRUTH, "readOnly")
            .refuses(TEXT, "subPathExpr", "is not supported; use subPath")
            .notes(TEXT, "mountPropagation", "has no effect; nothing mounts anything later");

    static final Schema SERVICE_SPEC = new Schema()
            .takes(LIST, "ports")
            .takes(TEXT_MAP, "selector")
            .takes(
                    TEXT,
                    "clusterIP",
                    "type",
                    "externalName",
                    "ipFamilyPolicy",
                    "sessionAffinity",
                    "internalTrafficPolicy",
                    "externalTrafficPolicy")
            .takes(TEXT, "trafficDistribution")
            .takes(TEXTS, "clusterIPs", "ipFamilies")
            .takes(TRUTH, "publishNotReadyAddresses", "allocateLoadBalancerNodePorts")
            .takes(OBJECT, "sessionAffinityConfig")
            .refuses(TEXTS, "externalIPs", "is not supported; the lab's Services have cluster addresses only")
            .refuses(NUMBER, "healthCheckNodePort", BALANCER_ONLY)
            .refuses(TEXT, "loadBalancerIP", BALANCER_ONLY)
            .refuses(TEXT, "loadBalancerClass", BALANCER_ONLY)
            .refuses(TEXTS, "loadBalancerSourceRanges", BALANCER_ONLY);

    static final Schema SERVICE_PORT = new Schema()
            .needs(NUMBER, "port", "is missing; use 1 to 65535")
            .takes(TEXT, "name", "protocol", "appProtocol")
            .takes(NUMBER_OR_TEXT, "targetPort")
            .takes(NUMBER, "nodePort");

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
