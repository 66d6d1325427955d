package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** ReplicaSets. */
final class ReplicaSetRules implements Rules {
    @Override
    public void defaults(ObjectNode replicaSet) {
        WorkloadTemplate.defaults(replicaSet);
    }

    @Override
    public void prepareCreate(ObjectNode replicaSet) {
        replicaSet.putObject("status").put("replicas", 0);
    }

    @Override
    public void validate(ObjectNode replicaSet, List<FieldError> errors) {
        WorkloadTemplate.validate(new Cursor(replicaSet, "", errors).at("spec"), "replicaset");
    }

    @Override
    public void validateUpdate(ObjectNode replicaSet, ObjectNode before, List<FieldError> errors) {
        WorkloadTemplate.selectorStays(replicaSet, before, errors);
    }
}
