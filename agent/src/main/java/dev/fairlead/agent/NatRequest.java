package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.PortMapping;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.nat.Forward;
import dev.fairlead.plan.nat.Masquerade;
import dev.fairlead.plan.nat.Translation;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a CNI call asks to be translated. Addresses and families are chosen as the reference portmap does: the pod's first
 * address of each family; a mapping without {@code hostIP} is for both, {@code 0.0.0.0} and {@code ::} for all addresses of
 * one.
 */
final class NatRequest {
    private static final Logger LOG = LoggerFactory.getLogger(NatRequest.class);

    private NatRequest() {}

    static Translation of(AddRequest request, Attachment owner, AddResult wired) {
        boolean chained = request.prevResult().isPresent();
        return of(owner, chained, request.conf(), request.runtimeConfig().portMappings(), wired);
    }

    /** As the ADD before, by what the result tells: our own port is in it unless somebody else wired the pod. */
    static Translation of(CheckRequest request, Attachment owner, AddResult wired) {
        boolean chained = FairleadPlugin.isSomebodyElses(wired, owner);
        return of(owner, chained, request.conf(), request.runtimeConfig().portMappings(), wired);
    }

    private static Translation of(
            Attachment owner, boolean chained, NetConf conf, List<PortMapping> mappings, AddResult wired) {
        // In a chain masquerade is the matter of whoever wires the pod.
        Masquerade masquerade = chained || conf.member("ipMasq").isEmpty()
                ? Masquerade.AS_NODE
                : conf.ipMasq() ? Masquerade.ON : Masquerade.OFF;
        Map<Family, Prefix> addresses = addresses(wired);
        if (addresses.isEmpty() && !mappings.isEmpty()) {
            throw CniException.invalidConfig(
                    "no host ports for " + owner + ", since the result has no address of the pod",
                    "put a plugin that gives addresses before this one, or take portMappings out");
        }
        List<Forward> forwards = new ArrayList<>();
        for (PortMapping mapping : mappings) {
            forwards(owner, mapping, addresses, forwards);
        }
        List<Prefix> answering = new ArrayList<>();
        for (Prefix address : addresses.values()) {
            // On our bridge replies between pods pass the IP hooks; of another network nobody knows.
            answering.add(chained ? address : address.address().asPrefix());
        }
        return new Translation(owner, chained, answering, forwards, masquerade, Loopback.NONE);
    }

    private static Map<Family, Prefix> addresses(AddResult wired) {
        Map<Family, Prefix> addresses = new EnumMap<>(Family.class);
        for (IpConfig ip : wired.ips()) {
            int index = ip.interfaceIndex().orElse(-1);
            boolean onHost = index >= 0
                    && index < wired.interfaces().size()
                    && wired.interfaces().get(index).isOnHost();
            if (!onHost) {
                addresses.putIfAbsent(ip.address().family(), ip.address());
            }
        }
        return addresses;
    }

    private static void forwards(
            Attachment owner, PortMapping mapping, Map<Family, Prefix> addresses, List<Forward> forwards) {
        if (mapping.hostIp().filter(ip -> ip.isIpv6() && ip.isLoopback()).isPresent()) {
            throw CniException.invalidConfig(
                    "no host port " + mapping.hostPort() + " at ::1 for " + owner,
                    "the kernel routes no packet from ::1 to another device; use 127.0.0.1 or another address");
        }
        boolean served = false;
        for (Map.Entry<Family, Prefix> address : addresses.entrySet()) {
            Ip any = Ip.of(new byte[address.getKey().bytes()]);
            Ip host = mapping.hostIp().orElse(any);
            if (host.family() == address.getKey()) {
                Forward forward = new Forward(
                        mapping.protocol(),
                        new IpPort(host, mapping.hostPort()),
                        new IpPort(address.getValue().address(), mapping.containerPort()));
                served = true;
                if (!forwards.contains(forward)) {
                    forwards.add(forward);
                }
            }
        }
        if (!served) {
            LOG.warn(
                    "{} has no address of the family of {}, so its host port {} leads nowhere",
                    owner,
                    mapping.hostIp().map(Ip::toString).orElse(""),
                    mapping.hostPort());
        }
    }
}
