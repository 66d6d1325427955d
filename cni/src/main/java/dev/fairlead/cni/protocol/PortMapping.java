package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.Optional;

/**
 * An entry of the capability {@code portMappings}.
 *
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param protocol TCP when not given
 * @param hostIp the host address to listen on; empty for all, and so is {@code 0.0.0.0} or {@code ::} of its family
 */
public record PortMapping(int hostPort, int containerPort, Protocol protocol, Optional<Ip> hostIp) {

    static PortMapping read(Fields fields) {
        String protocol = fields.text("protocol");
        return new PortMapping(
                port(fields, "hostPort"),
                port(fields, "containerPort"),
                protocol.isEmpty()
                        ? Protocol.TCP
                        : Protocol.parse(protocol)
                                .orElseThrow(() -> fields.invalid(
                                        "protocol", "should be tcp, udp or sctp, is '" + Quote.of(protocol) + "'")),
                fields.ip("hostIP"));
    }

    private static int port(Fields fields, String key) {
        return (int) fields.number(key, 1, 65535).orElseThrow(() -> fields.invalid(key, "is missing"));
    }

    /** As the runtime writes it. */
    public ObjectNode json() {
        ObjectNode json = CniJson.newObject()
                .put("hostPort", hostPort)
                .put("containerPort", containerPort)
                .put("protocol", protocol.toString());
        hostIp.ifPresent(ip -> json.put("hostIP", ip.toString()));
        return json;
    }
}
