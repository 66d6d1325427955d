package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Questions about the caller's rights. Whoever has the token may do everything, as {@code cluster-admin} may. */
final class Reviews {
    private Reviews() {}

    static ObjectNode answer(Discovery.Review review, JsonNode question) {
        ObjectNode answer =
                question.isObject() ? ((ObjectNode) question).deepCopy() : ApiRequest.JSON.createObjectNode();
        answer.put("kind", review.kind()).put("apiVersion", review.group() + "/v1");
        ObjectNode status = answer.putObject("status");
        switch (review.kind()) {
            case "SelfSubjectAccessReview" -> status.put("allowed", true);
            case "SelfSubjectRulesReview" -> {
                ObjectNode rule = status.putArray("resourceRules").addObject();
                for (String list : new String[] {"verbs", "apiGroups", "resources"}) {
                    rule.putArray(list).add("*");
                }
                ObjectNode other = status.putArray("nonResourceRules").addObject();
                other.putArray("verbs").add("*");
                other.putArray("nonResourceURLs").add("*");
                status.put("incomplete", false);
            }
            default -> {
                ObjectNode user = status.putObject("userInfo").put("username", "lab-admin");
                user.putArray("groups").add("system:masters").add("system:authenticated");
            }
        }
        return answer;
    }
}
