package dev.fairlead.dataplane;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.dataplane.SpoofGuard.Guarded;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.PodMac;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node with three pods on its bridge. Pod a is the one that misbehaves.
 *
 * <pre>
 *   a 10.244.1.2, fd00:1::2: eth0 ─┐
 *   b 10.244.1.3, fd00:1::3: eth0 ─┼ fl0 (10.244.1.1, fd00:1::1) :node, bridge fairlead-guard
 *   c 10.244.1.4, fd00:1::4: eth0 ─┘
 * </pre>
 */
final class GuardedNode implements AutoCloseable {
    private static final int MTU = 1500;

    final Netns node;
    final Pod a;
    final Pod b;
    final Pod c;
    final Optional<SpoofGuard> guard;
    private final Rtnetlink rtnetlink;
    final PodWiring wiring;

    /** A pod and what it was given. */
    record Pod(Netns netns, PodInterface wired, Oracle in) {
        Ip ipv4() {
            return wired.addresses().get(0).address();
        }

        Ip ipv6() {
            return wired.addresses().get(1).address();
        }

        Mac mac() {
            return wired.mac();
        }

        Guarded guarded() {
            return Guarded.of(wired);
        }

        boolean reaches(Ip to) {
            return in.attempt("ping", "-c1", "-W2", to.toString()).exitCode() == 0;
        }

        /** What it believes to be the MAC address of another, empty for nothing. */
        String neighbour(Ip other) {
            JsonNode found = in.ip("neigh", "show", other.toString());
            return found.isEmpty() ? "" : found.get(0).path("lladdr").asText();
        }

        /** Puts a frame on the wire past the kernel's own ARP, neighbour discovery and routing. */
        void send(Frame frame) {
            in.run(
                    "/usr/bin/python3",
                    "-c",
                    "import socket,sys;s=socket.socket(socket.AF_PACKET,socket.SOCK_RAW);"
                            + "s.bind(('eth0',0));s.send(bytes.fromhex(sys.argv[1]))",
                    frame.hex());
        }
    }

    GuardedNode(TestNamespaces namespaces, boolean on) {
        node = namespaces.create();
        withoutDuplicateDetection(node);
        rtnetlink = Rtnetlink.open(node);
        List<Prefix> gateways = List.of(Prefix.of("10.244.1.1/24"), Prefix.of("fd00:1::1/64"));
        Mac mac = PodMac.of(gateways.stream().map(Prefix::address).toList());
        wiring = new PodWiring(PodBridge.start(node, rtnetlink, new PodBridge.Spec("fl0", mac, gateways, MTU)));
        guard = on ? Optional.of(SpoofGuard.start(node, List.of())) : Optional.empty();
        a = pod(namespaces.create(), "a", 2);
        b = pod(namespaces.create(), "b", 3);
        c = pod(namespaces.create(), "c", 4);
    }

    private Pod pod(Netns netns, String name, int host) {
        withoutDuplicateDetection(netns);
        Sysctl.in(netns).write("net/ipv6/conf/default/addr_gen_mode", 3); // random, as a host may have it
        PodInterface wanted = wanted(name, host);
        guard.ifPresent(g -> g.guard(Guarded.of(wanted)));
        wiring.wire(wanted, netns);
        Sysctl.in(netns).write("net/ipv4/neigh/eth0/locktime", 0); // or a fresh ARP entry can't be changed for a second
        return new Pod(netns, wanted, Oracle.in(netns));
    }

    static PodInterface wanted(String name, int host) {
        List<Prefix> addresses = List.of(Prefix.of("10.244.1." + host + "/24"), Prefix.of("fd00:1::" + host + "/64"));
        return new PodInterface(
                "test/" + name + "/eth0",
                "eth0",
                PodMac.of(addresses.stream().map(Prefix::address).toList()),
                addresses,
                List.of(Ip.of("10.244.1.1"), Ip.of("fd00:1::1")),
                MTU);
    }

    /** Link-local addresses may be used at once, so that nothing in a test has to wait for them. */
    private static void withoutDuplicateDetection(Netns netns) {
        Sysctl.in(netns).write("net/ipv6/conf/default/accept_dad", 0);
    }

    Oracle inNode() {
        return Oracle.in(node);
    }

    /** How many frames the rule with this comment has dropped so far, as {@code nft} counts. */
    long dropped(String why) {
        long packets = 0;
        for (JsonNode object :
                inNode().nft("list", "table", "bridge", "fairlead-guard").path("nftables")) {
            JsonNode rule = object.path("rule");
            if (rule.path("comment").asText().contains(why)) {
                for (JsonNode expression : rule.path("expr")) {
                    packets += expression.path("counter").path("packets").asLong();
                }
            }
        }
        return packets;
    }

    /** How many frames were dropped in all. */
    long dropped() {
        return dropped("");
    }

    /** Names of the guard's sets with how many elements nft lists in each. */
    List<String> elements() {
        List<String> counts = new ArrayList<>();
        for (JsonNode object :
                inNode().nft("list", "table", "bridge", "fairlead-guard").path("nftables")) {
            JsonNode set = object.path("set");
            if (!set.isMissingNode()) {
                counts.add(set.path("name").asText() + "=" + set.path("elem").size());
            }
        }
        return counts;
    }

    @Override
    public void close() {
        guard.ifPresent(SpoofGuard::close);
        rtnetlink.close();
    }
}
