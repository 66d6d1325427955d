package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Pods. */
final class PodRules implements Rules {
    private static final int NODE_GONE_SECONDS = 300;
    private static final List<String> NODE_TROUBLES =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    private static final String CHANGEABLE = "pod updates may not change fields other than"
            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only"
            + " additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was"
            + " previously negative)";

    @Override
    public void defaults(ObjectNode pod) {
        ObjectNode spec = Defaults.object(pod, "spec");
        PodSpecRules.defaults(spec);
        Defaults.flag(spec, "enableServiceLinks", true);
    }

    /** What admission adds: {@code DefaultTolerationSeconds}, {@code Priority}; and a status that says nothing yet. */
    @Override
    public void prepareCreate(ObjectNode pod) {
        ObjectNode spec = Defaults.object(pod, "spec");
        ArrayNode tolerations = spec.withArrayProperty("tolerations");
        for (String trouble : NODE_TROUBLES) {
            boolean there = false;
            for (JsonNode toleration : tolerations) {
                there |= toleration.path("key").asText().equals(trouble);
            }
            if (!there) {
                tolerations
                        .addObject()
                        .put("key", trouble)
                        .put("operator", "Exists")
                        .put("effect", "NoExecute")
                        .put("tolerationSeconds", NODE_GONE_SECONDS);
            }
        }
        Defaults.number(spec, "priority", 0);
        Defaults.text(spec, "preemptionPolicy", "PreemptLowerPriority");
        pod.putObject("status").put("phase", "Pending").put("qosClass", qosClass(spec));
    }

    /** {@code pkg/apis/core/v1/helper/qos}. */
    private static String qosClass(ObjectNode spec) {
        boolean none = true;
        boolean guaranteed = true;
        for (JsonNode container : spec.path("containers")) {
            JsonNode requests = container.path("resources").path("requests");
            JsonNode limits = container.path("resources").path("limits");
            none &= requests.isEmpty() && limits.isEmpty();
            guaranteed &= limits.has("cpu") && limits.has("memory") && (requests.isEmpty() || requests.equals(limits));
        }
        return none ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    @Override
    public void validate(ObjectNode pod, List<FieldError> errors) {
        PodSpecRules.validate(new Cursor(pod, "", errors).at("spec"));
    }

    @Override
    public void validateUpdate(ObjectNode pod, ObjectNode before, List<FieldError> errors) {
        JsonNode old = before.path("spec");
        JsonNode now = pod.path("spec");
        if (!fixed(now).equals(fixed(old)) || !keepsTolerations(old, now)) {
            errors.add(FieldError.forbidden("spec", CHANGEABLE));
        }
    }

    /** The spec without what may change. */
    private static ObjectNode fixed(JsonNode spec) {
        ObjectNode copy = spec.deepCopy();
        copy.remove(List.of("activeDeadlineSeconds", "tolerations", "ephemeralContainers"));
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : copy.path(list)) {
                ((ObjectNode) container).remove(List.of("image", "imagePullPolicy"));
            }
        }
        return copy;
    }

    private static boolean keepsTolerations(JsonNode old, JsonNode now) {
        for (JsonNode one : old.path("tolerations")) {
            boolean kept = false;
            for (JsonNode other : now.path("tolerations")) {
                kept |= other.equals(one);
            }
            if (!kept) {
                return false;
            }
        }
        return true;
    }

    /** Nobody has to end a pod that no node has begun with, or one that is over. */
    @Override
    public long graceSeconds(ObjectNode pod, ObjectNode deleteOptions) {
        JsonNode spec = pod.path("spec");
        String phase = pod.path("status").path("phase").asText();
        boolean over = phase.equals("Succeeded") || phase.equals("Failed");
        if (spec.path("nodeName").asText().isEmpty() || over) {
            return 0;
        }
        return deleteOptions
                .path("gracePeriodSeconds")
                .asLong(spec.path("terminationGracePeriodSeconds").asLong());
    }
}
