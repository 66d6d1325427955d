package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.math.BigInteger;

/**
 * Addresses to lease from: a part of a subnet, as CNI's {@code ipRanges} and host-local's {@code ranges} write it. The
 * network address, IPv4's broadcast address and the gateway are never leased. Prints as its subnet, and what differs from a
 * subnet's usual range: {@code 10.1.0.0/16 from 10.1.4.0 to 10.1.4.255 gateway 10.1.0.254}.
 *
 * @param subnet host bits cleared; gives addresses their prefix length
 * @param start the lowest address to lease
 * @param end the highest address to lease
 * @param gateway what pods route by; may lie outside
 */
public record Range(Prefix subnet, Ip start, Ip end, Ip gateway) {

    /**
     * Checks and completes a range. A start at the network address or an end at the broadcast address, as host-local's
     * users write them, is moved inside.
     *
     * @throws IpamException.BadRange when the values contradict each other or leave nothing to lease
     */
    public Range {
        subnet = subnet.network();
        requireInside(subnet, "rangeStart", start);
        requireInside(subnet, "rangeEnd", end);
        if (gateway.family() != subnet.family()) {
            throw new IpamException.BadRange("gateway " + gateway + " isn't of the family of " + subnet);
        }
        start = max(start, firstHost(subnet));
        end = min(end, lastHost(subnet));
        if (start.compareTo(end) > 0) {
            throw new IpamException.BadRange(
                    "range " + start + " to " + end + " of " + subnet + " is empty: its end comes before its start");
        }
        if (start.equals(end) && start.equals(gateway)) {
            throw new IpamException.BadRange(subnet + " has no address to lease beside its gateway " + gateway
                    + ": give the range more room or another gateway");
        }
    }

    /** All of a subnet, with its first address as the gateway. */
    public static Range of(Prefix subnet) {
        return new Range(subnet, firstHost(subnet), lastHost(subnet), firstHost(subnet));
    }

    /** This range, beginning elsewhere. */
    public Range from(Ip first) {
        return new Range(subnet, first, end, gateway);
    }

    /** This range, ending elsewhere. */
    public Range to(Ip last) {
        return new Range(subnet, start, last, gateway);
    }

    /** This range behind another gateway. */
    public Range via(Ip otherGateway) {
        return new Range(subnet, start, end, otherGateway);
    }

    private static void requireInside(Prefix subnet, String what, Ip ip) {
        if (!subnet.contains(ip)) {
            throw new IpamException.BadRange(what + " " + ip + " isn't in the subnet " + subnet);
        }
    }

    /** RFC 3021 and RFC 6164: where a subnet has one or two addresses, all of them are hosts. */
    private static boolean isPointToPoint(Prefix subnet) {
        return subnet.family().bits() - subnet.length() < 2;
    }

    private static Ip firstHost(Prefix subnet) {
        return isPointToPoint(subnet) ? subnet.first() : subnet.first().plus(1);
    }

    private static Ip lastHost(Prefix subnet) {
        boolean broadcast = subnet.family() == Family.IPV4 && !isPointToPoint(subnet);
        return broadcast ? subnet.last().plus(-1) : subnet.last();
    }

    private static Ip max(Ip a, Ip b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private static Ip min(Ip a, Ip b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    public Family family() {
        return subnet.family();
    }

    /** Whether {@code ip} lies between start and end, the gateway included. */
    public boolean contains(Ip ip) {
        return start.compareTo(ip) <= 0 && ip.compareTo(end) <= 0;
    }

    /** Whether {@code ip} can't be leased although it is in the subnet: the network, broadcast or gateway address. */
    boolean reserves(Ip ip) {
        return ip.equals(gateway)
                || (subnet.contains(ip) && (ip.compareTo(firstHost(subnet)) < 0 || ip.compareTo(lastHost(subnet)) > 0));
    }

    /** How many addresses can be leased at once; {@link Long#MAX_VALUE} where there are more than that. */
    public long capacity() {
        BigInteger all = end.number().subtract(start.number()).add(BigInteger.ONE);
        BigInteger usable = contains(gateway) ? all.subtract(BigInteger.ONE) : all;
        return usable.bitLength() > 63 ? Long.MAX_VALUE : usable.longValueExact();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(subnet.toString());
        if (!start.equals(firstHost(subnet))) {
            text.append(" from ").append(start);
        }
        if (!end.equals(lastHost(subnet))) {
            text.append(" to ").append(end);
        }
        if (!gateway.equals(firstHost(subnet))) {
            text.append(" gateway ").append(gateway);
        }
        return text.toString();
    }
}
