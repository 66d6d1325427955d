package dev.fairlead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.protocol.NetConf;
import java.util.Map;
import java.util.TreeMap;

/**
 * Members of the reference {@code bridge} plugin that ask for another network than Fairlead's. Taking them silently would give
 * pods less isolation, or more, than their operator wrote down, so an ADD answers code 2 (SPEC.md section 5, Error). Members
 * that Fairlead fulfils in any case, such as {@code hairpinMode}, and those that nobody knows are passed over.
 */
final class UnsupportedMembers {
    private static final Map<String, String> WHY = new TreeMap<>(Map.of(
            "vlan", "ports of the pod bridge are in no VLAN",
            "vlanTrunk", "ports of the pod bridge are in no VLAN",
            "promiscMode", "the pod bridge learns where its pods are",
            "portIsolation", "pods of one node reach each other; a NetworkPolicy is what separates them",
            "disableContainerInterface", "a pod's interface is up when ADD has answered"));

    private UnsupportedMembers() {}

    /** @throws CniException code 2, naming key and value */
    static void refuse(NetConf conf) {
        WHY.forEach((key, why) -> conf.member(key)
                .filter(UnsupportedMembers::asks)
                .ifPresent(value -> {
                    throw CniException.unsupportedField(
                            key, value.toString(), why + "; take the member out of network '" + conf.name() + "'");
                }));
    }

    /** Whether it isn't the reference's default, which anybody may write down. */
    private static boolean asks(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL -> false;
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.doubleValue() != 0;
            case ARRAY, OBJECT -> !value.isEmpty();
            default -> true;
        };
    }
}
