package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Mac;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An entry of a result's {@code interfaces} (SPEC.md section 5). Text that wasn't given is empty.
 *
 * @param mac the hardware address; text, since InfiniBand's has 20 bytes
 * @param mtu in bytes, 0 when not given; only 1.1.0 has it
 * @param sandbox the container's {@code CNI_NETNS}, or empty for an interface on the host
 * @param socketPath only 1.1.0 has it
 * @param pciId only 1.1.0 has it
 * @param other members that the version doesn't have, kept as they came
 */
public record Interface(
        String name,
        String mac,
        long mtu,
        String sandbox,
        String socketPath,
        String pciId,
        Map<String, JsonNode> other) {

    public Interface {
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    /** An interface on the host. */
    public static Interface onHost(String name, Mac mac, long mtu) {
        return new Interface(name, mac.toString(), mtu, "", "", "", Map.of());
    }

    /** An interface in the container whose {@code CNI_NETNS} is {@code sandbox}. */
    public static Interface inSandbox(String name, Mac mac, long mtu, String sandbox) {
        return new Interface(name, mac.toString(), mtu, sandbox, "", "", Map.of());
    }

    public boolean isOnHost() {
        return sandbox.isEmpty();
    }

    public Interface withMac(Mac newMac) {
        return new Interface(name, newMac.toString(), mtu, sandbox, socketPath, pciId, other);
    }

    public Interface withMtu(long newMtu) {
        return new Interface(name, mac, newMtu, sandbox, socketPath, pciId, other);
    }
}
