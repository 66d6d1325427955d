package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The {@code ipam} of a configuration.
 *
 * @param type file name of the plugin to delegate to; empty when the plugin gives out addresses by itself, or none at all
 * @param json the whole object, with the members that only that plugin knows
 */
public record Ipam(String type, ObjectNode json) {

    static Ipam read(Fields fields) {
        String type = fields.text("type");
        if (!type.isEmpty()) {
            Names.problemOfType(type).ifPresent(problem -> {
                throw fields.invalid("type", problem);
            });
        }
        return new Ipam(type, fields.node());
    }

    public boolean isDelegated() {
        return !type.isEmpty();
    }
}
