package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.protocol.Dns;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.IpRange;
import dev.fairlead.cni.protocol.RequestedIp;
import dev.fairlead.cni.protocol.Route;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Ipam;
import dev.fairlead.plan.ipam.Ipam.PoolUse;
import dev.fairlead.plan.ipam.IpamException;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Placement;
import dev.fairlead.plan.ipam.Range;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The default: leases out of the node's pod CIDRs, or out of the ranges that the call asks for. Any thread. */
record OwnAddresses(LeaseBook leases) implements AddressSource {

    @Override
    public Given beforeWiring(AddRequest request, Attachment owner) {
        LeaseBook.Leasing leasing = lease(leaseRequest(request, owner));
        Ipam.Granted granted = leasing.granted();
        List<IpConfig> ips = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        for (Placement placement : granted.placements()) {
            ips.add(IpConfig.of(placement.address(), Optional.of(placement.gateway())));
            Ip any = placement.gateway().isIpv4() ? Ip.of("0.0.0.0") : Ip.of("::");
            routes.add(Route.via(new Prefix(any, 0), placement.gateway()));
        }
        boolean isNew = !granted.events().isEmpty();
        return new Given(granted.lease().mac(), ips, routes, Dns.NONE, leasing.onDisk(), isNew);
    }

    @Override
    public Given afterWiring(Given before, AddRequest request, Attachment owner, Consumer<Step> reached) {
        return before;
    }

    private static LeaseRequest leaseRequest(AddRequest request, Attachment owner) {
        List<List<Range>> ranges = new ArrayList<>();
        for (List<IpRange> group : request.runtimeConfig().ipRanges()) {
            ranges.add(group.stream().map(OwnAddresses::range).toList());
        }
        List<Ip> wanted = new ArrayList<>();
        for (RequestedIp ip : request.conf().requestedIps(request.args())) {
            wanted.add(ip.address());
        }
        Mac mac = request.conf().requestedMac(request.args()).orElse(LeaseRequest.ANY_MAC);
        return LeaseRequest.of(owner).from(ranges).wanting(wanted).withMac(mac);
    }

    private static Range range(IpRange range) {
        Range all = Range.of(range.subnet());
        return new Range(
                range.subnet(),
                range.rangeStart().orElse(all.start()),
                range.rangeEnd().orElse(all.end()),
                range.gateway().orElse(all.gateway()));
    }

    private LeaseBook.Leasing lease(LeaseRequest request) {
        try {
            return leases.begin(request);
        } catch (IpamException.PoolExhausted e) {
            throw CniException.tryAgainLater(
                    "no free address for " + request.attachment() + ": " + e.getMessage(),
                    "delete pods of this node, or give it a larger pod CIDR");
        } catch (IpamException | IllegalArgumentException e) {
            throw CniException.invalidConfig("no address for " + request.attachment(), String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            throw notOnDisk(request.attachment(), e);
        }
    }

    static CniException notOnDisk(Attachment owner, UncheckedIOException why) {
        return new CniException(
                ErrorCode.IO_FAILURE,
                "no address for " + owner + ", since a lease must be on disk before it is used",
                String.valueOf(why.getMessage()),
                why);
    }

    /**
     * Whether a pod could be given addresses now: one of each family, out of any of its pools.
     *
     * @throws CniException code 50
     */
    void requireFree() {
        for (Family family : Family.values()) {
            List<PoolUse> pools = leases.ipam().pools().stream()
                    .filter(pool -> pool.range().family() == family)
                    .toList();
            if (!pools.isEmpty() && pools.stream().allMatch(pool -> pool.free() == 0)) {
                List<String> ranges =
                        pools.stream().map(pool -> pool.range().toString()).toList();
                long leased = pools.stream().mapToLong(PoolUse::leased).sum();
                throw CniException.notAvailable(
                        "no address is free in " + String.join(" and ", ranges),
                        "all " + leased + " are leased; delete pods of this node, or give it a larger pod CIDR");
            }
        }
    }
}
