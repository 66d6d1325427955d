package dev.fairlead.cni.protocol;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.Optional;

/**
 * An entry of the capability {@code ipRanges}: addresses that an IPAM may give out.
 *
 * @param subnet without host bits
 * @param rangeStart first address, inside the subnet
 * @param rangeEnd last address, inside the subnet, not before the first
 * @param gateway when not given, the IPAM's own choice
 */
public record IpRange(Prefix subnet, Optional<Ip> rangeStart, Optional<Ip> rangeEnd, Optional<Ip> gateway) {

    static IpRange read(Fields fields) {
        Prefix subnet = fields.requiredPrefix("subnet");
        if (!subnet.isNetwork()) {
            throw fields.invalid(
                    "subnet", "should have no host bits, as " + subnet.network() + " has none, is " + subnet);
        }
        IpRange range = new IpRange(
                subnet, inside(fields, "rangeStart", subnet), inside(fields, "rangeEnd", subnet), fields.ip("gateway"));
        if (range.rangeStart.isPresent()
                && range.rangeEnd.isPresent()
                && range.rangeStart.get().compareTo(range.rangeEnd.get()) > 0) {
            throw fields.invalid("rangeEnd", "should not be before rangeStart");
        }
        return range;
    }

    private static Optional<Ip> inside(Fields fields, String key, Prefix subnet) {
        Optional<Ip> ip = fields.ip(key);
        if (ip.isPresent() && !subnet.contains(ip.get())) {
            throw fields.invalid(key, "should be inside " + subnet + ", is " + ip.get());
        }
        return ip;
    }
}
