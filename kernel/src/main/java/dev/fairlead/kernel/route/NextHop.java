package dev.fairlead.kernel.route;

import dev.fairlead.packet.Ip;

/**
 * Where a route sends packets next.
 *
 * @param gateway the router's address; unspecified when the destination is reached directly. May be IPv6 in an IPv4 route
 * @param device index of the link; 0 to let the kernel find it by the gateway
 * @param weight share among several next hops, 1 to 256
 * @param flags {@code RTNH_F_*}
 */
public record NextHop(Ip gateway, int device, int weight, int flags) {

    public boolean hasGateway() {
        return !gateway.isUnspecified();
    }

    /** The gateway is taken to be on the link even when no address of the link says so. */
    public boolean isOnlink() {
        return (flags & Rta.FLAG_ONLINK) != 0;
    }

    NextHop withGateway(Ip value) {
        return new NextHop(value, device, weight, flags);
    }

    NextHop withDevice(int value) {
        return new NextHop(gateway, value, weight, flags);
    }

    NextHop withFlags(int value) {
        return new NextHop(gateway, device, weight, value);
    }
}
