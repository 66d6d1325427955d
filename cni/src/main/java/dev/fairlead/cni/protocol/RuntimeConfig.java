package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Mac;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The capabilities that the runtime filled in for one attachment, {@code runtimeConfig} (CONVENTIONS.md, Well-known
 * Capabilities). What wasn't given is empty; capabilities that aren't listed here stay in
 * {@link NetConf#member member("runtimeConfig")}.
 *
 * @param ips addresses to use
 * @param mac hardware address to use
 * @param ipRanges one address out of each element of the outer list
 * @param dns the capability's {@code servers}, {@code searches} and {@code options}
 * @param aliases further names of the container on this network
 */
public record RuntimeConfig(
        List<PortMapping> portMappings,
        Optional<Bandwidth> bandwidth,
        List<RequestedIp> ips,
        Optional<Mac> mac,
        List<List<IpRange>> ipRanges,
        Dns dns,
        List<String> aliases,
        String infinibandGuid,
        String deviceId,
        String cgroupPath) {

    public static final RuntimeConfig NONE = new RuntimeConfig(
            List.of(), Optional.empty(), List.of(), Optional.empty(), List.of(), Dns.NONE, List.of(), "", "", "");

    static RuntimeConfig read(Fields fields) {
        return new RuntimeConfig(
                fields.list("portMappings", PortMapping::read),
                fields.object("bandwidth").map(Bandwidth::read),
                fields.elements("ips", (value, path) -> RequestedIp.of(Fields.asText(value, path), path)),
                mac(fields),
                fields.elements(
                        "ipRanges",
                        (value, path) -> Fields.elements(value, path, (v, p) -> IpRange.read(Fields.of(v, p)))),
                fields.object("dns").map(RuntimeConfig::dns).orElse(Dns.NONE),
                aliases(fields),
                fields.text("infinibandGUID"),
                fields.text("deviceID"),
                fields.text("cgroupPath"));
    }

    static Optional<Mac> mac(Fields fields) {
        String text = fields.text("mac");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Mac mac = Mac.parse(text)
                .orElseThrow(() -> fields.invalid("mac", "should be an Ethernet address, is '" + Quote.of(text) + "'"));
        if (mac.isMulticast()) {
            throw fields.invalid("mac", "should not be a group address, is " + mac);
        }
        return Optional.of(mac);
    }

    private static Dns dns(Fields fields) {
        return new Dns(fields.texts("servers"), "", fields.texts("searches"), fields.texts("options"));
    }

    /** A list of names by the convention; Podman's CNI back end sends an object of such lists, keyed by network. */
    private static List<String> aliases(Fields fields) {
        if (!fields.raw("aliases").isObject()) {
            return fields.texts("aliases");
        }
        Fields networks = Fields.of(fields.raw("aliases"), "runtimeConfig.aliases");
        List<String> aliases = new ArrayList<>();
        for (var network : networks.node().properties()) {
            JsonNode names = network.getValue();
            aliases.addAll(Fields.elements(names, "runtimeConfig.aliases." + network.getKey(), Fields::asText));
        }
        return List.copyOf(aliases);
    }
}
