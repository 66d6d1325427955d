package dev.fairlead.agent;

import dev.fairlead.cni.protocol.Dns;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.Route;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.kernel.route.RouteTable;
import dev.fairlead.kernel.route.Scope;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a pod's interface is given, in the words of a CNI result.
 *
 * @param ips without index of an interface; empty as long as an IPAM plugin is still to be asked
 * @param routes all of the pod's
 * @param dns what an IPAM plugin says
 * @param onDisk when it may be used: not before the lease is on the disk
 * @param isNew whether the attachment had nothing before this call, so that a failure takes it back
 */
record Given(Mac mac, List<IpConfig> ips, List<Route> routes, Dns dns, DiskSync.Pending onDisk, boolean isNew) {
    Given {
        ips = List.copyOf(ips);
        routes = List.copyOf(routes);
    }

    List<Ip> addresses() {
        return ips.stream().map(ip -> ip.address().address()).toList();
    }

    List<Prefix> prefixes() {
        return ips.stream().map(IpConfig::address).toList();
    }

    PodInterface podInterface(Attachment owner, int mtu) {
        List<dev.fairlead.kernel.route.Route> kernel = new ArrayList<>();
        routes.forEach(route -> kernel.add(kernel(route)));
        return new PodInterface(owner.toString(), owner.ifName(), mac, prefixes(), List.of(), kernel, mtu);
    }

    /** "If unset, a default gateway (if any) will be used" (SPEC.md section 5, routes): the first address's of its family. */
    private dev.fairlead.kernel.route.Route kernel(Route route) {
        var made = dev.fairlead.kernel.route.Route.unicast(route.dst().network());
        Optional<Ip> gateway = route.gw();
        boolean direct = route.scope().orElse(0) >= Scope.LINK.number();
        for (IpConfig ip : ips) {
            boolean fits = ip.address().family() == route.dst().family();
            if (gateway.isEmpty() && fits && !direct) {
                gateway = ip.gateway();
            }
        }
        if (gateway.isPresent()) {
            made = made.via(gateway.get());
        }
        if (route.scope().isPresent()) {
            made = made.withScope(new Scope((int) route.scope().getAsLong()));
        }
        if (route.table().isPresent() && route.table().getAsLong() != 0) {
            made = made.withTable(new RouteTable(route.table().getAsLong()));
        }
        if (route.mtu() != 0) {
            made = made.withMtu((int) route.mtu());
        }
        if (route.advmss() != 0) {
            made = made.withMetrics(made.metrics().withAdvertisedMss((int) route.advmss()));
        }
        return made.withMetric(route.priority());
    }
}
