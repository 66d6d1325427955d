package dev.fairlead.trace.observe;

import dev.fairlead.packet.Ip;

/**
 * A route that a kernel takes.
 *
 * @param text as {@code ip route} prints it
 * @param device by which the packet leaves
 * @param next to whom on that device: a router, or the destination itself
 */
public record Taken(String text, String device, Ip next) {}
