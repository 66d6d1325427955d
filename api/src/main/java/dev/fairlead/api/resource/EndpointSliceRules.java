package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Ip;
import java.util.List;
import java.util.Optional;

/** EndpointSlices. */
final class EndpointSliceRules implements Rules {
    @Override
    public void defaults(ObjectNode slice) {
        Defaults.protocols(slice.path("ports"));
    }

    @Override
    public void validate(ObjectNode object, List<FieldError> errors) {
        Cursor slice = new Cursor(object, "", errors);
        Cursor type = slice.at("addressType");
        if (type.required("")) {
            type.oneOf(List.of("FQDN", "IPv4", "IPv6"));
        }
        for (Cursor endpoint : slice.at("endpoints").items()) {
            endpoint.at("addresses").required("must contain at least 1 address");
            for (Cursor address : endpoint.at("addresses").items()) {
                Optional<Ip> ip = Ip.parse(address.text());
                if (type.text().equals("IPv4") && ip.filter(Ip::isIpv4).isEmpty()) {
                    address.invalid("must be a valid IPv4 address");
                } else if (type.text().equals("IPv6") && ip.filter(Ip::isIpv6).isEmpty()) {
                    address.invalid("must be a valid IPv6 address");
                }
            }
        }
        slice.at("ports").unique("name");
        for (Cursor port : slice.at("ports").items()) {
            port.at("protocol").oneOf(List.of("TCP", "UDP", "SCTP"));
            if (port.at("port").isThere()) {
                port.at("port").portNumber();
            }
        }
    }

    @Override
    public void validateUpdate(ObjectNode slice, ObjectNode before, List<FieldError> errors) {
        if (!slice.path("addressType").equals(before.path("addressType"))) {
            errors.add(FieldError.invalid("addressType", slice.path("addressType"), "field is immutable"));
        }
    }
}
