package dev.fairlead.dataplane;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;

/** Where a flow of a test begins or ends: a namespace and the address that it is known by. */
record Place(String name, Netns netns, Ip ipv4, Ip ipv6) {
    Ip ip(Family family) {
        return family == Family.IPV4 ? ipv4 : ipv6;
    }

    @Override
    public String toString() {
        return name;
    }
}
