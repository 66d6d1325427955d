package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Prefix;
import java.util.List;

/** NetworkPolicies (kubernetes {@code pkg/apis/networking/validation}). */
final class NetworkPolicyRules implements Rules {
    @Override
    public void defaults(ObjectNode policy) {
        ObjectNode spec = Defaults.object(policy, "spec");
        Defaults.object(spec, "podSelector");
        if (spec.path("policyTypes").isEmpty()) {
            ArrayNode types = spec.putArray("policyTypes").add("Ingress");
            if (spec.has("egress")) {
                types.add("Egress");
            }
        }
        for (String direction : List.of("ingress", "egress")) {
            for (JsonNode rule : spec.path(direction)) {
                Defaults.protocols(rule.path("ports"));
            }
        }
    }

    @Override
    public void validate(ObjectNode policy, List<FieldError> errors) {
        Cursor spec = new Cursor(policy, "", errors).at("spec");
        spec.at("podSelector").selector();
        for (Cursor type : spec.at("policyTypes").items()) {
            type.oneOf(List.of("Egress", "Ingress"));
        }
        for (Cursor rule : spec.at("ingress").items()) {
            rule(rule, "from");
        }
        for (Cursor rule : spec.at("egress").items()) {
            rule(rule, "to");
        }
    }

    private static void rule(Cursor rule, String peers) {
        for (Cursor port : rule.at("ports").items()) {
            port.at("protocol").oneOf(List.of("TCP", "UDP", "SCTP"));
            Cursor number = port.at("port");
            number.port();
            Cursor end = port.at("endPort");
            if (end.isThere()) {
                if (!number.isThere()) {
                    end.errors()
                            .add(FieldError.required(number.path(), "must be specified when `endPort` is specified"));
                } else if (!number.node().isNumber()) {
                    end.invalid("may not be specified when `port` is non-numeric");
                } else if (end.node().asLong() < number.node().asLong()) {
                    end.invalid("must be greater than or equal to `port`");
                }
            }
        }
        for (Cursor peer : rule.at(peers).items()) {
            peer(peer);
        }
    }

    private static void peer(Cursor peer) {
        Cursor block = peer.at("ipBlock");
        boolean selectors =
                peer.at("podSelector").isThere() || peer.at("namespaceSelector").isThere();
        if (!selectors && !block.isThere()) {
            peer.errors().add(FieldError.required(peer.path(), "must specify a peer"));
        } else if (selectors && block.isThere()) {
            peer.forbidden("may not specify both ipBlock and another peer");
        }
        peer.at("podSelector").selector();
        peer.at("namespaceSelector").selector();
        if (block.isThere() && block.at("cidr").required("") && block.at("cidr").cidr()) {
            Prefix outer = Prefix.of(block.at("cidr").text());
            for (Cursor except : block.at("except").items()) {
                if (except.cidr()) {
                    Prefix inner = Prefix.of(except.text());
                    if (!outer.contains(inner.address()) || inner.length() <= outer.length()) {
                        except.invalid("must be a strict subset of `cidr`");
                    }
                }
            }
        }
    }
}
