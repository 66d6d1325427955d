package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.util.List;

/**
 * What a CNI ADD asks for. Begin with {@link #of} and add what the runtime configuration says.
 *
 * @param ranges CNI's {@code ipRanges}: one address from each of the outer list, from the first inner range with room; empty
 *     for the node's own pools
 * @param wanted CNI's {@code ips}: specific addresses, each in another of the outer ranges
 * @param mac CNI's {@code mac}; {@link #ANY_MAC} to have one made from the address
 */
public record LeaseRequest(Attachment attachment, List<List<Range>> ranges, List<Ip> wanted, Mac mac) {
    /** All zeros, which no interface may carry. */
    public static final Mac ANY_MAC = new Mac(0);

    /**
     * Checks the request.
     *
     * @throws IpamException.BadRange when ranges are empty, mix families in one inner list, or overlap
     */
    public LeaseRequest {
        ranges = Pools.checked(ranges);
        wanted = List.copyOf(wanted);
        if (mac.isMulticast()) {
            throw new IllegalArgumentException(
                    mac + " is a group address, which no interface may carry: ask for another");
        }
    }

    /** One address of each family that the node has pools for. */
    public static LeaseRequest of(Attachment attachment) {
        return new LeaseRequest(attachment, List.of(), List.of(), ANY_MAC);
    }

    public LeaseRequest from(List<List<Range>> ipRanges) {
        return new LeaseRequest(attachment, ipRanges, wanted, mac);
    }

    public LeaseRequest wanting(List<Ip> ips) {
        return new LeaseRequest(attachment, ranges, ips, mac);
    }

    public LeaseRequest withMac(Mac asked) {
        return new LeaseRequest(attachment, ranges, wanted, asked);
    }
}
