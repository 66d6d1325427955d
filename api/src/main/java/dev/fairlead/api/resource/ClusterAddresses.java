package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore.Draft;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Addresses for Services: each that is given is an {@code IPAddress} object of the Service, so whoever has one is known by one
 * look, however many there are (KEP-1880, as Kubernetes 1.33 does it).
 */
final class ClusterAddresses {
    /** The lower part of a range is left to those who ask for an address (KEP-3070): 16 to 256 addresses. */
    private static final int BAND_LEAST = 16;

    private static final int BAND_MOST = 256;

    private final List<Prefix> cidrs;

    ClusterAddresses(List<Prefix> cidrs) {
        this.cidrs = List.copyOf(cidrs);
    }

    /** Families that there are addresses of, the usual one first. */
    List<Family> families() {
        return cidrs.stream().map(Prefix::family).toList();
    }

    /** Where addresses of a family come from. */
    Optional<Prefix> cidr(Family family) {
        return cidrs.stream().filter(cidr -> cidr.family() == family).findFirst();
    }

    /** Whether an address could be given: in a range, and not its first or last, which stand for the network. */
    boolean isInRange(Ip ip) {
        return cidr(ip.family())
                .filter(cidr ->
                        cidr.contains(ip) && !ip.equals(cidr.first()) && (ip.isIpv6() || !ip.equals(cidr.last())))
                .isPresent();
    }

    private static ObjectKey key(Ip ip) {
        return Resources.IP_ADDRESSES.key("", ip.toString());
    }

    /** Who has an address; absent when it is free. */
    static Optional<ObjectNode> holder(Ip ip, Draft draft) {
        return draft.find(key(ip));
    }

    /** A free address above the band, else in it. */
    Optional<Ip> free(Family family, Draft draft) {
        Optional<Prefix> found = cidr(family);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Prefix cidr = found.get();
        BigInteger size = cidr.last().number().subtract(cidr.first().number());
        int most = size.min(BigInteger.valueOf(Integer.MAX_VALUE)).intValue();
        int band = Math.min(most, Math.max(Math.min(BAND_LEAST, most / 2), Math.min(most / BAND_LEAST, BAND_MOST)));
        List<int[]> parts = List.of(new int[] {band + 1, most}, new int[] {1, band + 1});
        for (int[] part : parts) {
            for (int i = part[0]; i < part[1]; i++) {
                Ip ip = cidr.first().plus(i);
                if (isInRange(ip) && holder(ip, draft).isEmpty()) {
                    return Optional.of(ip);
                }
            }
        }
        return Optional.empty();
    }

    static void take(Ip ip, ObjectNode service, Draft draft) {
        ObjectNode address = JsonNodeFactory.instance.objectNode();
        address.put("kind", "IPAddress").put("apiVersion", Resources.IP_ADDRESSES.apiVersion());
        ObjectNode meta = address.putObject("metadata");
        String name = ip.toString();
        meta.put("name", name)
                .put(
                        "uid",
                        UUID.nameUUIDFromBytes((name
                                                + service.path("metadata")
                                                        .path("uid")
                                                        .asText())
                                        .getBytes(StandardCharsets.UTF_8))
                                .toString())
                .put(
                        "creationTimestamp",
                        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        meta.putObject("labels")
                .put("ipaddress.kubernetes.io/ip-family", ip.isIpv4() ? "IPv4" : "IPv6")
                .put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        address.putObject("spec")
                .putObject("parentRef")
                .put("resource", "services")
                .put("namespace", service.path("metadata").path("namespace").asText())
                .put("name", service.path("metadata").path("name").asText());
        draft.put(key(ip), address);
    }

    static void giveBack(Ip ip, Draft draft) {
        if (draft.find(key(ip)).isPresent()) {
            draft.remove(key(ip));
        }
    }

    /** The addresses that a Service's document has. */
    static List<Ip> of(ObjectNode service) {
        List<Ip> ips = new ArrayList<>();
        service.path("spec")
                .path("clusterIPs")
                .forEach(text -> Ip.parse(text.asText()).ifPresent(ips::add));
        return ips;
    }
}
