package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The result of an ADD (SPEC.md section 5, ADD Success), in one version of the specification. A delegated IPAM plugin's
 * has no interfaces.
 *
 * <p>Its text has exactly the members of its version. Members that the version doesn't have are kept as they came as long
 * as the version stays ("plugins provided a prevResult must output it"), and go when it is converted.
 *
 * @param other unknown members at the top
 */
public record AddResult(
        CniVersion cniVersion,
        List<Interface> interfaces,
        List<IpConfig> ips,
        List<Route> routes,
        Dns dns,
        Map<String, JsonNode> other) {

    public AddResult {
        interfaces = List.copyOf(interfaces);
        ips = List.copyOf(ips);
        routes = List.copyOf(routes);
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    /** A result in the latest version; convert it with {@link #as}. */
    public static AddResult of(List<Interface> interfaces, List<IpConfig> ips, List<Route> routes, Dns dns) {
        return new AddResult(CniVersion.LATEST, interfaces, ips, routes, dns, Map.of());
    }

    /**
     * Reads a result in the version that it names, or else in {@code unstated}.
     *
     * @throws dev.fairlead.cni.ConfigException code 6 or 7, naming the field
     */
    public static AddResult read(ObjectNode json, CniVersion unstated) {
        return ResultText.read(json, "", unstated);
    }

    /** As {@link #read(ObjectNode, CniVersion)}, from text. */
    public static AddResult read(byte[] text, CniVersion unstated) {
        return read(CniJson.object(text), unstated);
    }

    /** The same in another version. What that version can't say is left out. */
    public AddResult as(CniVersion version) {
        return version.equals(cniVersion) ? this : ResultText.convert(this, version);
    }

    /** The interface of this name inside the container. */
    public Optional<Interface> sandboxInterface(String name) {
        return interfaces.stream()
                .filter(i -> !i.isOnHost() && i.name().equals(name))
                .findFirst();
    }

    public AddResult withInterfaces(List<Interface> newInterfaces) {
        return new AddResult(cniVersion, newInterfaces, ips, routes, dns, other);
    }

    public AddResult withIps(List<IpConfig> newIps) {
        return new AddResult(cniVersion, interfaces, newIps, routes, dns, other);
    }

    public AddResult withRoutes(List<Route> newRoutes) {
        return new AddResult(cniVersion, interfaces, ips, newRoutes, dns, other);
    }

    public AddResult withDns(Dns newDns) {
        return new AddResult(cniVersion, interfaces, ips, routes, newDns, other);
    }

    /** The document of {@link #cniVersion}. */
    public ObjectNode json() {
        return ResultText.write(this);
    }

    /** The document of {@link #cniVersion} on one line, UTF-8. */
    public byte[] bytes() {
        return CniJson.bytes(json());
    }
}
