package dev.fairlead.dataplane;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.route.AddressGeneration;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkRequests;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bridge in the node's root namespace that its pods hang on; its addresses are the pods' default gateways.
 *
 * <p>It is given a MAC address of its own, because a bridge otherwise takes the lowest of its ports' and pods would lose
 * their gateway when that port leaves. Bridged packets pass the IP hooks of netfilter on this bridge alone
 * (docs/decisions/0001).
 */
public final class PodBridge {
    private final Netns node;
    private final Rtnetlink rtnetlink;
    private final Spec spec;
    private volatile int index;

    /**
     * What it should be.
     *
     * @param name of the device
     * @param gateways its addresses, each with the prefix length of the pod CIDR it serves
     * @param mtu in bytes
     */
    public record Spec(String name, Mac mac, List<Prefix> gateways, int mtu) {}

    private PodBridge(Netns node, Rtnetlink rtnetlink, Spec spec, int index) {
        this.node = node;
        this.rtnetlink = rtnetlink;
        this.spec = spec;
        this.index = index;
    }

    /** Makes the bridge, or brings the one that is there to what it should be, and lets the node forward. */
    public static PodBridge start(Netns node, Rtnetlink rtnetlink, Spec spec) {
        PodBridge bridge = new PodBridge(node, rtnetlink, spec, makeOrSet(rtnetlink, spec));
        bridge.bringUp();
        return bridge;
    }

    private static int makeOrSet(Rtnetlink rtnetlink, Spec spec) {
        Optional<Link> found = rtnetlink.links().find(spec.name());
        Request make = make(spec);
        if (found.isEmpty()) {
            send(rtnetlink, make);
        } else if (!(found.get().kind() instanceof LinkKind.Bridge)) {
            throw new IllegalStateException("the node already has a device " + spec.name()
                    + " that is not a bridge; remove it or give the pod bridge another name");
        } else {
            send(rtnetlink, new Request("set the bridge " + spec.name(), make.type(), 0, make.body()));
        }
        return rtnetlink.links().require(spec.name()).index();
    }

    /** Brings the bridge back to what it should be. @return what was wrong, a sentence each; empty when nothing was */
    public List<String> mend() {
        Optional<Link> found = rtnetlink.links().find(spec.name());
        List<String> wrong = new ArrayList<>();
        if (found.isEmpty() || found.get().index() != index) {
            wrong.add("the bridge " + spec.name() + " was gone and was made again");
        } else {
            if (!found.get().isUp()) {
                wrong.add("the bridge " + spec.name() + " was down and was brought up");
            }
            if (!found.get().mac().equals(spec.mac())) {
                wrong.add("the bridge " + spec.name() + " had MAC address "
                        + found.get().mac() + " and got " + spec.mac() + " again");
            }
            List<Prefix> missing = missingAddresses();
            if (!missing.isEmpty()) {
                wrong.add("the bridge " + spec.name() + " had lost " + missing + " and got them again");
            }
        }
        if (!wrong.isEmpty()) {
            index = makeOrSet(rtnetlink, spec);
            bringUp();
        }
        return wrong;
    }

    private static Request make(Spec spec) {
        return LinkRequests.create(
                LinkKind.Bridge.plain().withFilter(has(spec, Family.IPV4), has(spec, Family.IPV6)),
                LinkSetting.name(spec.name()),
                LinkSetting.mac(spec.mac()),
                LinkSetting.mtu(spec.mtu()));
    }

    private static void send(Rtnetlink rtnetlink, Request request) {
        for (Optional<NetlinkException> refusal : rtnetlink.pipeline(List.of(request))) {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
    }

    private static boolean has(Spec spec, Family family) {
        return spec.gateways().stream().anyMatch(gateway -> gateway.family() == family);
    }

    private void bringUp() {
        // The kernel would make its link-local address wait for duplicate detection, and without one it asks for no
        // neighbour
        // on behalf of others: for a second or two no IPv6 packet from another node would reach a pod.
        if (spec.mtu() >= PodInterface.IPV6_LEAST_MTU) {
            rtnetlink.links().set(index, LinkSetting.addressGeneration(AddressGeneration.NONE));
        }
        rtnetlink.links().set(index, LinkSetting.up());
        for (Prefix address : missingAddresses()) {
            rtnetlink.addresses().add(index, address);
        }
        forwarding();
    }

    private List<Prefix> missingAddresses() {
        List<Prefix> missing = new ArrayList<>(spec.gateways());
        if (has(spec, Family.IPV6)) {
            missing.add(linkLocal(spec.mac()));
        }
        rtnetlink.addresses().list(index).forEach(address -> missing.remove(address.prefix()));
        return missing;
    }

    /** Made from the MAC address as the kernel does it, RFC 4291 appendix A. */
    private static Prefix linkLocal(Mac mac) {
        byte[] hardware = mac.bytes();
        byte[] address = new byte[16];
        address[0] = (byte) 0xfe;
        address[1] = (byte) 0x80;
        System.arraycopy(hardware, 0, address, 8, 3);
        address[8] ^= 2;
        address[11] = (byte) 0xff;
        address[12] = (byte) 0xfe;
        System.arraycopy(hardware, 3, address, 13, 3);
        return new Prefix(Ip.of(address), 64);
    }

    private void forwarding() {
        Map<String, String> settings = new LinkedHashMap<>();
        if (has(spec, Family.IPV4)) {
            settings.put(Sysctl.IPV4_FORWARD, "1");
            // Pods of one node reach each other over the bridge already; the node must not tell them so again.
            settings.put(Sysctl.ofLink(Family.IPV4, spec.name(), "send_redirects"), "0");
        }
        if (has(spec, Family.IPV6)) {
            settings.put(Sysctl.IPV6_FORWARD, "1");
        }
        Sysctl.in(node).writeAll(settings);
    }

    public String name() {
        return spec.name();
    }

    public int index() {
        return index;
    }

    public Mac mac() {
        return spec.mac();
    }

    public int mtu() {
        return spec.mtu();
    }

    public Netns node() {
        return node;
    }

    public Rtnetlink rtnetlink() {
        return rtnetlink;
    }

    /** The default gateway of pods of a family. */
    public Optional<Ip> gateway(Family family) {
        for (Prefix gateway : spec.gateways()) {
            if (gateway.family() == family) {
                return Optional.of(gateway.address());
            }
        }
        return Optional.empty();
    }

    /** Takes the bridge away, when no pod hangs on it any more. Forwarding stays as it is: others may rely on it. */
    public void clean() {
        boolean hasPorts = rtnetlink.links().list().stream().anyMatch(link -> link.master() == index);
        if (!hasPorts && rtnetlink.links().find(index).isPresent()) {
            rtnetlink.links().delete(index);
        }
    }
}
