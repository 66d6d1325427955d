package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.model.Taint;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads objects that the API server keeps. Their fields are those of manifests, and what the lab can't run is refused in the
 * same words; their metadata is the server's own.
 */
public final class DocumentReader {
    /** Where a node's network namespace is, as the host sees it. */
    public static final String NETNS = "fairlead.dev/netns";

    private DocumentReader() {}

    /**
     * Reads an object; a pod's status is not read.
     *
     * @throws dev.fairlead.lab.model.ManifestException naming the field that the lab can't do with
     */
    public static LabObject read(Kind kind, JsonNode document) {
        Scope scope = new Scope("", "", new ArrayList<>());
        ObjectMeta metadata = metadata(document.path("metadata"));
        if (kind == Kind.NODE) {
            return node(metadata, document);
        }
        if (kind == Kind.SERVICE) {
            ServiceReader.checkType(document.path("spec").path("type").asText(), scope);
        }
        Fields fields = new Fields(document, Schemas.OBJECT_FIELDS, "", scope);
        return switch (kind) {
            case POD -> pod(metadata, PodReader.spec(fields.object("spec", Schemas.POD_SPEC)), document);
            case SERVICE -> new Service(metadata, ServiceReader.spec(fields.object("spec", Schemas.SERVICE_SPEC)));
            case DEPLOYMENT ->
                new Deployment(metadata, DeploymentReader.spec(fields.object("spec", Schemas.DEPLOYMENT_SPEC)));
            case REPLICA_SET -> DeploymentReader.replicaSet(metadata, fields.object("spec", Schemas.REPLICA_SET_SPEC));
            case NODE -> throw new IllegalStateException("read above");
        };
    }

    /** Whoever deletes a pod may give it another grace period than its own. */
    private static Pod pod(ObjectMeta metadata, PodSpec spec, JsonNode document) {
        int grace = metadata.deleting()
                ? document.path("metadata").path("deletionGracePeriodSeconds").asInt()
                : spec.terminationGracePeriodSeconds();
        return new Pod(metadata, spec.withGrace(grace), PodStatus.NEW);
    }

    private static Node node(ObjectMeta metadata, JsonNode document) {
        List<Ip> addresses = new ArrayList<>();
        for (JsonNode address : document.path("status").path("addresses")) {
            if (address.path("type").asText().equals("InternalIP")) {
                Ip.parse(address.path("address").asText()).ifPresent(addresses::add);
            }
        }
        List<Prefix> cidrs = new ArrayList<>();
        for (JsonNode cidr : document.path("spec").path("podCIDRs")) {
            Prefix.parse(cidr.asText()).ifPresent(cidrs::add);
        }
        boolean ready = false;
        for (JsonNode condition : document.path("status").path("conditions")) {
            ready |= condition.path("type").asText().equals("Ready")
                    && condition.path("status").asText().equals("True");
        }
        return new Node(
                metadata,
                addresses,
                cidrs,
                metadata.annotations().getOrDefault(NETNS, ""),
                ready,
                taints(document.path("spec").path("taints")),
                document.path("spec").path("unschedulable").asBoolean());
    }

    private static List<Taint> taints(JsonNode list) {
        List<Taint> taints = new ArrayList<>();
        for (JsonNode taint : list) {
            taints.add(new Taint(
                    taint.path("key").asText(),
                    taint.path("value").asText(),
                    taint.path("effect").asText()));
        }
        return taints;
    }

    private static ObjectMeta metadata(JsonNode metadata) {
        Instant deletion = ObjectMeta.NEVER;
        if (metadata.has("deletionTimestamp")) { // the server writes when the grace period will be over
            Duration grace = Duration.ofSeconds(
                    metadata.path("deletionGracePeriodSeconds").asLong());
            deletion =
                    Instant.parse(metadata.path("deletionTimestamp").asText()).minus(grace);
        }
        List<OwnerReference> owners = new ArrayList<>();
        for (JsonNode owner : metadata.path("ownerReferences")) {
            for (Kind kind : List.of(Kind.DEPLOYMENT, Kind.REPLICA_SET)) {
                if (kind.toString().equals(owner.path("kind").asText())) {
                    owners.add(new OwnerReference(
                            kind, owner.path("name").asText(), owner.path("uid").asText()));
                }
            }
        }
        return new ObjectMeta(
                metadata.path("namespace").asText(),
                metadata.path("name").asText(),
                texts(metadata.path("labels")),
                texts(metadata.path("annotations")),
                metadata.path("uid").asText(),
                metadata.path("resourceVersion").asLong(),
                metadata.path("generation").asLong(),
                metadata.has("creationTimestamp")
                        ? Instant.parse(metadata.path("creationTimestamp").asText())
                        : Instant.EPOCH,
                deletion,
                owners);
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
        return texts;
    }
}
