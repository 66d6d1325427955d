package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.util.List;

/**
 * Addresses that belong to an attachment until it gives them back.
 *
 * @param addresses at least one; with dual stack one of each family
 * @param mac what the container's interface gets
 * @param since when it was given, milliseconds since 1970 by the caller's clock; only shown, never compared
 */
public record Lease(Attachment attachment, List<Ip> addresses, Mac mac, long since) {

    public Lease {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("a lease of " + attachment + " needs an address");
        }
    }
}
