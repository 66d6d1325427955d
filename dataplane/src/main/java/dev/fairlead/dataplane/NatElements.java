package dev.fairlead.dataplane;

import dev.fairlead.dataplane.NatSchema.Sets;
import dev.fairlead.dataplane.NatTable.Spec;
import dev.fairlead.kernel.nftables.Element;
import dev.fairlead.kernel.nftables.FilledSet;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.nat.Forward;
import dev.fairlead.plan.nat.Masquerade;
import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.Translation;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** What {@link Translation}s and the node's settings are as elements of the sets of {@link NatSchema}, and back. */
final class NatElements {
    /** 224.0.0.0/4, ff00::/8: what is sent to many isn't answered to one address. */
    private static final List<Prefix> MULTICAST = List.of(Prefix.of("224.0.0.0/4"), Prefix.of("ff00::/8"));

    /** A register of a concatenated key, in bytes: each part begins at one. */
    private static final int REGISTER = 4;

    private NatElements() {}

    /** The same for all pods; only in a table that is made anew. */
    static Map<NftSet, List<Element>> ofNode(Spec spec) {
        Map<NftSet, List<Element>> elements = new LinkedHashMap<>();
        List<Prefix> direct = new ArrayList<>(spec.podCidrs());
        direct.addAll(MULTICAST);
        for (Prefix prefix : direct) {
            put(
                    elements,
                    sets(prefix.address()).direct(),
                    sets(prefix.address()).direct().element(prefix));
        }
        for (Prefix prefix : spec.masquerade() ? spec.podCidrs() : List.<Prefix>of()) {
            NftSet set = sets(prefix.address()).masqueraded();
            put(elements, set, set.element(prefix));
        }
        return elements;
    }

    /** One pod's. */
    static Map<NftSet, List<Element>> ofPod(Translation pod, Spec spec) {
        Map<NftSet, List<Element>> elements = new LinkedHashMap<>();
        String comment = pod.owner().toString();
        for (Forward forward : pod.forwards()) {
            NftSet map = map(forward);
            put(
                    elements,
                    map,
                    key(map, forward)
                            .maps(map.valueOf(forward.pod().ip(), forward.pod().port()))
                            .commented(comment));
        }
        for (Prefix address : pod.addresses()) {
            Ip ip = address.address();
            Sets sets = sets(ip);
            if (pod.forwards().stream().anyMatch(forward -> forward.pod().ip().equals(ip))) {
                Bytes last = sets.hairpins().element(address.last(), ip).key();
                put(
                        elements,
                        sets.hairpins(),
                        sets.hairpins().element(address.first(), ip).upTo(last).commented(comment));
            }
            if (pod.masquerade() == Masquerade.ON && !spec.masquerade()) {
                put(
                        elements,
                        sets.masqueraded(),
                        sets.masqueraded().element(ip.asPrefix()).commented(comment));
            }
            if (pod.masquerade() == Masquerade.OFF && spec.masquerade()) {
                put(
                        elements,
                        sets.unmasqueraded(),
                        sets.unmasqueraded().element(ip).commented(comment));
            }
        }
        return elements;
    }

    /** Devices are shared by pods, so they follow from all. */
    static TreeSet<String> devices(NatBook book) {
        TreeSet<String> devices = new TreeSet<>();
        for (Translation pod : book.pods().values()) {
            if (!pod.loopback().device().isEmpty()) {
                devices.add(pod.loopback().device());
            }
        }
        return devices;
    }

    /** Those of one book that the other doesn't have. */
    static List<Element> devicesOnlyIn(NatBook one, NatBook other) {
        TreeSet<String> devices = devices(one);
        devices.removeAll(devices(other));
        return devices.stream().map(NatSchema.LOOPBACK_DEVICES::element).toList();
    }

    private static NftSet map(Forward forward) {
        Sets sets = sets(forward.pod().ip());
        return forward.isForAll() ? sets.ports() : sets.addressPorts();
    }

    private static Element key(NftSet map, Forward forward) {
        IpPort host = forward.host();
        return forward.isForAll()
                ? map.element(forward.protocol(), host.port())
                : map.element(host.ip(), forward.protocol(), host.port());
    }

    private static Sets sets(Ip ip) {
        return NatSchema.sets(ip.family());
    }

    private static void put(Map<NftSet, List<Element>> elements, NftSet set, Element element) {
        elements.computeIfAbsent(set, s -> new ArrayList<>()).add(element);
    }

    // ---- back

    /** Each host port of a table, and whose it is by the comment. What isn't one of ours is passed over. */
    static void forwards(List<FilledSet> sets, BiConsumer<String, Forward> each) {
        for (FilledSet filled : sets) {
            for (Family family : Family.values()) {
                Sets ours = NatSchema.sets(family);
                boolean all = filled.set().name().equals(ours.ports().name());
                if (all || filled.set().name().equals(ours.addressPorts().name())) {
                    for (Element element : filled.elements()) {
                        forward(element, family, all).ifPresent(forward -> each.accept(element.comment(), forward));
                    }
                }
            }
        }
    }

    private static Optional<Forward> forward(Element element, Family family, boolean forAll) {
        int address = forAll ? 0 : family.bytes();
        if (!(element.value() instanceof Bytes value)
                || element.key().length() < address + 2 * REGISTER
                || value.length() < family.bytes() + REGISTER) {
            return Optional.empty();
        }
        Bytes key = element.key();
        Ip host =
                Ip.of(forAll ? new byte[family.bytes()] : key.slice(0, address).toArray());
        Ip pod = Ip.of(value.slice(0, family.bytes()).toArray());
        return Protocol.ofNumber(key.at(address))
                .map(protocol -> new Forward(
                        protocol,
                        new IpPort(host, port(key, address + REGISTER)),
                        new IpPort(pod, port(value, family.bytes()))));
    }

    private static int port(Bytes bytes, int at) {
        return (int) bytes.slice(at, 2).number(ByteOrder.BIG_ENDIAN);
    }
}
