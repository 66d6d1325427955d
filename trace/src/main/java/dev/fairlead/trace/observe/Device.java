package dev.fairlead.trace.observe;

import dev.fairlead.kernel.route.Link;

/**
 * A device of a node's root namespace, as it was when the packets had passed.
 *
 * @param mtu in bytes
 * @param carrier whether it has one: its cable is in, its other end is up
 * @param text as {@code ip link} prints it
 */
public record Device(String name, int mtu, boolean carrier, String text) {

    static Device of(Link link) {
        return new Device(link.name(), link.mtu(), link.flags().isLowerUp(), link.toString());
    }
}
