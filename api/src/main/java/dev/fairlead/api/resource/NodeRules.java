package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Nodes. */
final class NodeRules implements Rules {
    @Override
    public void validate(ObjectNode node, List<FieldError> errors) {
        PlacementRules.taints(new Cursor(node, "", errors).at("spec").at("taints"));
    }
}
