package dev.fairlead.trace.observe;

/**
 * A packet that was met at a device.
 *
 * @param timeNs {@code CLOCK_REALTIME} in nanoseconds, by the kernel
 * @param outgoing whether it went out by the device
 */
public record Seen(long timeNs, Spot spot, boolean outgoing, Packet packet) {}
