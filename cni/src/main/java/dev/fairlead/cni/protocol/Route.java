package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An entry of a result's {@code routes} (SPEC.md section 5). All but {@code dst} and {@code gw} only 1.1.0 has.
 *
 * @param mtu in bytes, 0 when not given
 * @param advmss in bytes, 0 when not given
 * @param priority lower is preferred; 0 when not given, as the kernel takes it
 * @param table the routing table's number
 * @param scope 0 global, 253 link, 254 host, as in {@code <linux/rtnetlink.h>}
 * @param other members that the version doesn't have, kept as they came
 */
public record Route(
        Prefix dst,
        Optional<Ip> gw,
        long mtu,
        long advmss,
        long priority,
        OptionalLong table,
        OptionalLong scope,
        Map<String, JsonNode> other) {

    public Route {
        other = Collections.unmodifiableMap(new LinkedHashMap<>(other));
    }

    public static Route via(Prefix dst, Ip gw) {
        return of(dst, Optional.of(gw));
    }

    public static Route of(Prefix dst, Optional<Ip> gw) {
        return new Route(dst, gw, 0, 0, 0, OptionalLong.empty(), OptionalLong.empty(), Map.of());
    }

    public Route withMtu(long newMtu) {
        return new Route(dst, gw, newMtu, advmss, priority, table, scope, other);
    }
}
