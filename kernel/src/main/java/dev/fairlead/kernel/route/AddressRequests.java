package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;

/** The messages that add, list and delete addresses, as values. */
public final class AddressRequests {
    private AddressRequests() {}

    /** EEXIST when the link has it already. */
    public static Request add(Address address) {
        return new Request(
                "add the address " + address.prefix() + " to the link with index " + address.device(),
                Rtm.RTM_NEWADDR,
                Request.NLM_F_CREATE | Request.NLM_F_EXCL,
                address.encode());
    }

    /** Adds, or gives the one that is there these flags and lifetimes. */
    public static Request replace(Address address) {
        return new Request(
                "set the address " + address.prefix() + " on the link with index " + address.device(),
                Rtm.RTM_NEWADDR,
                Request.NLM_F_CREATE | Request.NLM_F_REPLACE,
                address.encode());
    }

    /** EADDRNOTAVAIL when the link doesn't have it. */
    public static Request delete(Address address) {
        return new Request(
                "delete the address " + address.prefix() + " from the link with index " + address.device(),
                Rtm.RTM_DELADDR,
                address.encode());
    }

    /** The addresses of one family; for {@code NetlinkSocket.dump}. */
    public static Request list(Family family) {
        return list(family.number(), 0);
    }

    /** The addresses of one link, both families. */
    public static Request list(int device) {
        return list(Rtm.AF_UNSPEC, device);
    }

    /** The addresses of all links, both families. */
    public static Request list() {
        return list(Rtm.AF_UNSPEC, 0);
    }

    private static Request list(int family, int device) {
        return new Request(
                "list the addresses",
                Rtm.RTM_GETADDR,
                new Encoder().u8(family).zeros(3).u32(device).toBytes());
    }
}
