package dev.fairlead.api.types;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.annotations.SerializedName;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.CoreV1EventList;
import io.kubernetes.client.openapi.models.EventsV1Event;
import io.kubernetes.client.openapi.models.EventsV1EventList;
import io.kubernetes.client.openapi.models.V1Binding;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1DeleteOptions;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentList;
import io.kubernetes.client.openapi.models.V1EndpointSlice;
import io.kubernetes.client.openapi.models.V1EndpointSliceList;
import io.kubernetes.client.openapi.models.V1Endpoints;
import io.kubernetes.client.openapi.models.V1EndpointsList;
import io.kubernetes.client.openapi.models.V1Eviction;
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
import io.kubernetes.client.openapi.models.V1Scale;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1SecretList;
import io.kubernetes.client.openapi.models.V1SelfSubjectAccessReview;
import io.kubernetes.client.openapi.models.V1SelfSubjectReview;
import io.kubernetes.client.openapi.models.V1SelfSubjectRulesReview;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1ServiceAccountList;
import io.kubernetes.client.openapi.models.V1ServiceCIDR;
import io.kubernetes.client.openapi.models.V1ServiceCIDRList;
import io.kubernetes.client.openapi.models.V1ServiceList;
import io.swagger.annotations.ApiModel;
import io.swagger.annotations.ApiModelProperty;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes {@code types.json} and {@code descriptions.json} from the official Java client, whose model classes are made from
 * Kubernetes' own OpenAPI document. Run with a directory to write them anew; {@link TypesTest} holds that they are current.
 */
final class GeneratedTypes {
    private static final Map<Class<?>, String> ROOTS = new LinkedHashMap<>();

    static {
        String core = "io.k8s.api.core.v1.";
        for (Class<?> type : List.of(
                V1Pod.class,
                V1PodList.class,
                V1Service.class,
                V1ServiceList.class,
                V1Node.class,
                V1NodeList.class,
                V1Namespace.class,
                V1NamespaceList.class,
                V1Endpoints.class,
                V1EndpointsList.class,
                V1ConfigMap.class,
                V1ConfigMapList.class,
                V1Secret.class,
                V1SecretList.class,
                V1ServiceAccount.class,
                V1ServiceAccountList.class,
                CoreV1Event.class,
                CoreV1EventList.class,
                V1Binding.class)) {
            ROOTS.put(type, core);
        }
        for (Class<?> type :
                List.of(V1Deployment.class, V1DeploymentList.class, V1ReplicaSet.class, V1ReplicaSetList.class)) {
            ROOTS.put(type, "io.k8s.api.apps.v1.");
        }
        ROOTS.put(EventsV1Event.class, "io.k8s.api.events.v1.");
        ROOTS.put(EventsV1EventList.class, "io.k8s.api.events.v1.");
        ROOTS.put(V1EndpointSlice.class, "io.k8s.api.discovery.v1.");
        ROOTS.put(V1EndpointSliceList.class, "io.k8s.api.discovery.v1.");
        for (Class<?> type : List.of(
                V1NetworkPolicy.class,
                V1NetworkPolicyList.class,
                V1ServiceCIDR.class,
                V1ServiceCIDRList.class,
                V1IPAddress.class,
                V1IPAddressList.class)) {
            ROOTS.put(type, "io.k8s.api.networking.v1.");
        }
        ROOTS.put(V1Eviction.class, "io.k8s.api.policy.v1.");
        ROOTS.put(V1Lease.class, "io.k8s.api.coordination.v1.");
        ROOTS.put(V1LeaseList.class, "io.k8s.api.coordination.v1.");
        ROOTS.put(V1Scale.class, "io.k8s.api.autoscaling.v1.");
        ROOTS.put(V1SelfSubjectAccessReview.class, "io.k8s.api.authorization.v1.");
        ROOTS.put(V1SelfSubjectRulesReview.class, "io.k8s.api.authorization.v1.");
        ROOTS.put(V1SelfSubjectReview.class, "io.k8s.api.authentication.v1.");
        ROOTS.put(V1DeleteOptions.class, "io.k8s.apimachinery.pkg.apis.meta.v1.");
    }

    /** Types of apimachinery, which every group uses. */
    private static final List<String> META = List.of(
            "ObjectMeta",
            "ListMeta",
            "OwnerReference",
            "ManagedFieldsEntry",
            "LabelSelector",
            "LabelSelectorRequirement",
            "DeleteOptions",
            "Preconditions",
            "Condition",
            "FieldSelectorRequirement");

    /**
     * {@code patchMergeKey} and {@code patchStrategy} of the types' Go tags (k8s.io/api, documented with strategic merge
     * patch), which the client's classes don't carry. An empty key merges a list of plain values as a set; {@code !} says
     * {@code retainKeys}.
     */
    private static final Map<String, String> MERGE = Map.ofEntries(
            Map.entry("ObjectMeta.ownerReferences", "uid"),
            Map.entry("ObjectMeta.finalizers", ""),
            Map.entry("PodSpec.volumes", "name!"),
            Map.entry("PodSpec.initContainers", "name"),
            Map.entry("PodSpec.containers", "name"),
            Map.entry("PodSpec.ephemeralContainers", "name"),
            Map.entry("PodSpec.imagePullSecrets", "name"),
            Map.entry("PodSpec.hostAliases", "ip"),
            Map.entry("PodSpec.topologySpreadConstraints", "topologyKey"),
            Map.entry("PodSpec.schedulingGates", "name"),
            Map.entry("PodSpec.resourceClaims", "name!"),
            Map.entry("Container.ports", "containerPort"),
            Map.entry("Container.env", "name"),
            Map.entry("Container.volumeMounts", "mountPath"),
            Map.entry("Container.volumeDevices", "devicePath"),
            Map.entry("EphemeralContainer.ports", "containerPort"),
            Map.entry("EphemeralContainer.env", "name"),
            Map.entry("EphemeralContainer.volumeMounts", "mountPath"),
            Map.entry("EphemeralContainer.volumeDevices", "devicePath"),
            Map.entry("PodStatus.conditions", "type"),
            Map.entry("PodStatus.podIPs", "ip"),
            Map.entry("PodStatus.hostIPs", "ip"),
            Map.entry("ServiceSpec.ports", "port"),
            Map.entry("ServiceStatus.conditions", "type"),
            Map.entry("ServiceAccount.secrets", "name"),
            Map.entry("NodeSpec.podCIDRs", ""),
            Map.entry("NodeStatus.conditions", "type"),
            Map.entry("NodeStatus.addresses", "type"),
            Map.entry("NamespaceStatus.conditions", "type"),
            Map.entry("DeploymentSpec.strategy", "!"),
            Map.entry("DeploymentStatus.conditions", "type"),
            Map.entry("ReplicaSetStatus.conditions", "type"),
            Map.entry("ServiceCIDRStatus.conditions", "type"));

    private final Map<String, ObjectNode> types = new TreeMap<>();
    private final Map<String, ObjectNode> descriptions = new TreeMap<>();

    private GeneratedTypes() {
        ROOTS.forEach(this::add);
    }

    static ObjectNode types() {
        return collected(new GeneratedTypes().types);
    }

    static ObjectNode descriptions() {
        return collected(new GeneratedTypes().descriptions);
    }

    private static ObjectNode collected(Map<String, ObjectNode> all) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        all.forEach(node::set);
        return node;
    }

    /** One type a line: a new client version is then a diff that can be read. */
    static String text(ObjectNode node) {
        StringBuilder out = new StringBuilder("{\n");
        try {
            ObjectMapper mapper = new ObjectMapper();
            boolean first = true;
            for (Map.Entry<String, com.fasterxml.jackson.databind.JsonNode> type : node.properties()) {
                out.append(first ? "" : ",\n")
                        .append(mapper.writeValueAsString(type.getKey()))
                        .append(": ");
                out.append(mapper.writeValueAsString(type.getValue()));
                first = false;
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.append("\n}\n").toString();
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Files.writeString(directory.resolve("types.json"), text(types()));
        Files.writeString(directory.resolve("descriptions.json"), text(descriptions()));
    }

    private static String name(Class<?> model) {
        return model.getSimpleName()
                .replaceFirst("^(Core|Authentication|Storage|Apps|Rbac)?V1", "")
                .replace("DiscoveryV1", "Discovery");
    }

    private String add(Class<?> model, String groupPrefix) {
        String name = name(model);
        if (types.containsKey(name)) {
            return name;
        }
        ObjectNode type = JsonNodeFactory.instance.objectNode();
        ObjectNode texts = JsonNodeFactory.instance.objectNode();
        types.put(name, type);
        descriptions.put(name, texts);
        String prefix = META.contains(name)
                ? "io.k8s.apimachinery.pkg.apis.meta.v1."
                : name.equals("PodTemplateSpec") ? "io.k8s.api.core.v1." : groupPrefix;
        type.put("name", prefix + name.replaceFirst("^(Discovery|EventsV1)", "")); // types of two groups
        ApiModel about = model.getAnnotation(ApiModel.class);
        texts.put("", about == null ? "" : about.description());
        ArrayNode required = type.putArray("required");
        requiredFields(model).stream().sorted().forEach(required::add);
        ObjectNode fields = type.putObject("fields");
        Map<String, String> numbers = numbers(type.get("name").asText());
        for (Field field : model.getDeclaredFields()) {
            SerializedName serialized = field.getAnnotation(SerializedName.class);
            if (serialized != null && !Modifier.isStatic(field.getModifiers())) {
                String number = numbers.get(serialized.value());
                String merge = MERGE.get(name + "." + serialized.value());
                fields.put(
                        serialized.value(),
                        notation(field.getGenericType(), serialized.value(), prefix)
                                + (number == null ? "" : "#" + number)
                                + (merge == null ? "" : "@" + merge));
                texts.put(serialized.value(), description(model, field));
            }
        }
        if (required.isEmpty()) {
            type.remove("required");
        }
        return name;
    }

    /**
     * The numbers that fields have in protobuf, by their JSON names. A field of a message that JSON inlines has the message's
     * number in front: {@code 2.1}.
     */
    private static Map<String, String> numbers(String openApiName) {
        Map<String, String> numbers = new TreeMap<>();
        Descriptor message = MESSAGES.get(openApiName.replaceFirst("^io.k8s.", "k8s.io."));
        if (message != null) {
            for (FieldDescriptor field : message.getFields()) {
                if (INLINED.contains(field.getName()) && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    for (FieldDescriptor inner : field.getMessageType().getFields()) {
                        numbers.put(inner.getName(), field.getNumber() + "." + inner.getNumber());
                    }
                } else {
                    numbers.put(field.getName(), String.valueOf(field.getNumber()));
                }
            }
        }
        return numbers;
    }

    /** Embedded structs of the Go types. */
    private static final List<String> INLINED = List.of(
            "localObjectReference", "volumeSource", "handler", "ephemeralContainerCommon", "persistentVolumeSource");

    private static final Map<String, Descriptor> MESSAGES = new TreeMap<>();

    static {
        for (FileDescriptor file : List.of(
                io.kubernetes.client.proto.V1.getDescriptor(),
                io.kubernetes.client.proto.Meta.getDescriptor(),
                io.kubernetes.client.proto.V1Apps.getDescriptor(),
                io.kubernetes.client.proto.V1Networking.getDescriptor(),
                io.kubernetes.client.proto.V1Autoscaling.getDescriptor(),
                io.kubernetes.client.proto.V1Policy.getDescriptor(),
                io.kubernetes.client.proto.V1Authorization.getDescriptor(),
                io.kubernetes.client.proto.V1Authentication.getDescriptor())) {
            file.getMessageTypes().forEach(message -> MESSAGES.put(message.getFullName(), message));
        }
    }

    private static Collection<String> requiredFields(Class<?> model) {
        try {
            @SuppressWarnings("unchecked")
            Collection<String> names =
                    (Collection<String>) model.getField("openapiRequiredFields").get(null);
            return names;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(model + " is not a generated model class", e);
        }
    }

    private static String description(Class<?> model, Field field) {
        for (Method method : model.getMethods()) {
            if (method.getParameterCount() == 0
                    && method.getName().equalsIgnoreCase("get" + field.getName().replace("_", ""))) {
                ApiModelProperty property = method.getAnnotation(ApiModelProperty.class);
                return property == null ? "" : property.value();
            }
        }
        return "";
    }

    private String notation(Type type, String field, String prefix) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            return (generic.getRawType() == Map.class ? "{" : "[") + notation(last, field, prefix);
        }
        Class<?> plain = (Class<?>) type;
        return switch (plain.getSimpleName()) {
            case "String" -> "string";
            case "Integer" -> "int32";
            case "Long" -> "int64";
            case "Double" -> "number";
            case "Boolean" -> "boolean";
            case "byte[]" -> "bytes";
            case "Object" -> "any";
            default -> {
                if (plain == OffsetDateTime.class) {
                    yield field.equals("eventTime")
                                    || field.equals("renewTime")
                                    || field.equals("acquireTime")
                                    || field.equals("lastObservedTime")
                            ? "microtime"
                            : "time";
                }
                if (plain == IntOrString.class) {
                    yield "int-or-string";
                }
                yield plain == Quantity.class ? "quantity" : add(plain, prefix);
            }
        };
    }
}
