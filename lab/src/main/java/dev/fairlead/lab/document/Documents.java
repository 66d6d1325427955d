package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.LabelSelector;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.model.ServiceSpec;
import dev.fairlead.packet.Family;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Writes the lab's records as the API's documents, without their status. */
final class Documents {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Documents() {}

    static Resource resource(Kind kind) {
        return switch (kind) {
            case NODE -> Resources.NODES;
            case POD -> Resources.PODS;
            case SERVICE -> Resources.SERVICES;
            case DEPLOYMENT -> Resources.DEPLOYMENTS;
            case REPLICA_SET -> Resources.REPLICA_SETS;
        };
    }

    static Resource resource(Content.Kind kind) {
        return kind == Content.Kind.SECRET ? Resources.SECRETS : Resources.CONFIG_MAPS;
    }

    static ObjectKey key(LabObject object) {
        return resource(object.kind())
                .key(object.metadata().namespace(), object.metadata().name());
    }

    /** A new namespace, as the server makes it. */
    static ObjectNode namespace(String name, Instant now) {
        ObjectNode namespace = JSON.objectNode().put("kind", "Namespace").put("apiVersion", "v1");
        ObjectNode metadata = namespace.putObject("metadata").put("name", name);
        metadata.putObject("labels").put("kubernetes.io/metadata.name", name);
        metadata.put(
                        "uid",
                        UUID.nameUUIDFromBytes((name + now).getBytes(StandardCharsets.UTF_8))
                                .toString())
                .put("creationTimestamp", PodStatuses.text(now));
        namespace.putObject("spec").putArray("finalizers").add("kubernetes");
        namespace.putObject("status").put("phase", "Active");
        return namespace;
    }

    /** A new object, as the server gets one that somebody creates; uid and time are the record's. */
    static ObjectNode of(LabObject object) {
        ObjectNode document = JSON.objectNode()
                .put("kind", object.kind().toString())
                .put("apiVersion", object.kind().apiVersion());
        ObjectMeta from = object.metadata();
        ObjectNode metadata = document.putObject("metadata").put("name", from.name());
        if (!from.namespace().isEmpty()) {
            metadata.put("namespace", from.namespace());
        }
        write(metadata, from);
        metadata.put("uid", from.uid())
                .put(
                        "creationTimestamp",
                        from.creationTimestamp().truncatedTo(ChronoUnit.SECONDS).toString());
        if (object.kind() != Kind.SERVICE && object.kind() != Kind.NODE) {
            metadata.put("generation", 1);
        }
        for (OwnerReference owner : from.ownerReferences()) {
            metadata.withArrayProperty("ownerReferences")
                    .addObject()
                    .put("apiVersion", owner.kind().apiVersion())
                    .put("kind", owner.kind().toString())
                    .put("name", owner.name())
                    .put("uid", owner.uid())
                    .put("controller", true)
                    .put("blockOwnerDeletion", true);
        }
        document.set("spec", spec(object));
        return document;
    }

    /** Labels and annotations as the record has them. */
    static void write(ObjectNode metadata, ObjectMeta from) {
        write(metadata, "labels", from.labels());
        write(metadata, "annotations", from.annotations());
    }

    private static void write(ObjectNode to, String name, Map<String, String> texts) {
        if (texts.isEmpty()) {
            to.remove(name);
            return;
        }
        ObjectNode map = to.putObject(name);
        texts.forEach(map::put);
    }

    /** What is wanted of it, as it was written, and what the lab has decided since. */
    static ObjectNode spec(LabObject object) {
        return switch (object) {
            case Pod pod -> {
                ObjectNode spec = copy(pod.spec().original());
                if (!pod.spec().nodeName().isEmpty()) {
                    spec.put("nodeName", pod.spec().nodeName());
                }
                yield spec;
            }
            case Service service -> service(service.spec());
            case Deployment deployment -> copy(deployment.spec().original());
            case ReplicaSet replicaSet -> replicaSet(replicaSet);
            case Node node -> {
                ObjectNode spec = JSON.objectNode();
                if (!node.podCidrs().isEmpty()) {
                    spec.put("podCIDR", node.podCidrs().getFirst().toString());
                    node.podCidrs()
                            .forEach(cidr -> spec.withArrayProperty("podCIDRs").add(cidr.toString()));
                }
                yield spec;
            }
        };
    }

    private static ObjectNode service(ServiceSpec service) {
        ObjectNode spec = copy(service.original());
        if (!service.alias().isEmpty()) {
            return spec.without(List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"));
        }
        if (!spec.has("type")) {
            spec.put("type", "ClusterIP");
        }
        ArrayNode ips = spec.putArray("clusterIPs");
        if (service.headless()) {
            ips.add("None");
        } else {
            service.clusterIps().forEach(ip -> ips.add(ip.toString()));
        }
        if (!ips.isEmpty()) {
            spec.set("clusterIP", ips.get(0));
        }
        ArrayNode families = spec.putArray("ipFamilies");
        for (Family family : service.ipFamilies()) {
            families.add(family == Family.IPV4 ? "IPv4" : "IPv6");
        }
        spec.put("ipFamilyPolicy", service.ipFamilyPolicy().toString());
        return spec;
    }

    private static ObjectNode replicaSet(ReplicaSet replicaSet) {
        ObjectNode spec = JSON.objectNode().put("replicas", replicaSet.replicas());
        LabelSelector selector = replicaSet.selector();
        ObjectNode chosen = spec.putObject("selector");
        write(chosen, "matchLabels", selector.matchLabels());
        for (LabelSelector.Requirement requirement : selector.matchExpressions()) {
            ObjectNode expression = chosen.withArrayProperty("matchExpressions")
                    .addObject()
                    .put("key", requirement.key())
                    .put("operator", requirement.operator().toString());
            requirement
                    .values()
                    .forEach(value -> expression.withArrayProperty("values").add(value));
        }
        ObjectNode template = spec.putObject("template");
        ObjectNode metadata = template.putObject("metadata");
        write(metadata, "labels", replicaSet.template().labels());
        write(metadata, "annotations", replicaSet.template().annotations());
        template.set("spec", copy(replicaSet.template().spec().original()));
        return spec;
    }

    /** Writes down that a pod is to go, and when at the latest. */
    static void markDeleted(Pod pod, ObjectNode document) {
        ObjectNode metadata = document.withObjectProperty("metadata");
        if (pod.metadata().deleting() && !metadata.has("deletionTimestamp")) {
            long grace = pod.spec().terminationGracePeriodSeconds();
            metadata.put(
                    "deletionTimestamp",
                    PodStatuses.text(pod.metadata().deletionTimestamp().plusSeconds(grace)));
            metadata.put("deletionGracePeriodSeconds", grace);
        }
    }

    /** What a ConfigMap or a Secret holds; a Secret's values and {@code binaryData} are written in base64. */
    static Content content(JsonNode document) {
        boolean secret = document.path("kind").asText().equals("Secret");
        Map<String, byte[]> bytes = new TreeMap<>();
        for (String member : List.of("data", "binaryData")) {
            for (Map.Entry<String, JsonNode> entry : document.path(member).properties()) {
                String text = entry.getValue().asText();
                boolean encoded = secret || member.equals("binaryData");
                bytes.put(
                        entry.getKey(),
                        encoded ? Base64.getDecoder().decode(text) : text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return new Content(bytes);
    }

    /** A copy in which equal numbers are equal: whether a number came by YAML, JSON or protobuf must not make a difference. */
    static ObjectNode copy(JsonNode object) {
        ObjectNode copy = JSON.objectNode();
        object.properties().forEach(member -> copy.set(member.getKey(), plain(member.getValue())));
        return copy;
    }

    private static JsonNode plain(JsonNode node) {
        if (node.isObject()) {
            return copy(node);
        }
        if (node.isArray()) {
            ArrayNode list = JSON.arrayNode();
            node.forEach(item -> list.add(plain(item)));
            return list;
        }
        boolean whole = node.isIntegralNumber()
                || node.isNumber() && node.decimalValue().stripTrailingZeros().scale() <= 0;
        if (whole && node.canConvertToLong()) {
            long number = node.asLong();
            return (int) number == number ? IntNode.valueOf((int) number) : LongNode.valueOf(number);
        }
        return node;
    }
}
