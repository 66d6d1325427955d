package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An entry of a result's {@code ips} (SPEC.md section 5).
 *
 * @param address with host bits
 * @param interfaceIndex index into the result's {@code interfaces}, from 0; a delegated IPAM result has none
 * @param other members that the version doesn't have, kept as they came
 */
public record IpConfig(Prefix address, Optional<Ip> gateway, OptionalInt interfaceIndex, Map<String, JsonNode> other) {

    public IpConfig {
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    public static IpConfig of(Prefix address, Ip gateway, int interfaceIndex) {
        return new IpConfig(address, Optional.of(gateway), OptionalInt.of(interfaceIndex), Map.of());
    }

    /** As a delegated IPAM plugin says it: without an interface. */
    public static IpConfig of(Prefix address, Optional<Ip> gateway) {
        return new IpConfig(address, gateway, OptionalInt.empty(), Map.of());
    }

    public IpConfig onInterface(int index) {
        return new IpConfig(address, gateway, OptionalInt.of(index), other);
    }
}
