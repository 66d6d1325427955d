package dev.fairlead.trace.observe;

/**
 * A packet that was met at a device.
 *
 * @param timeNs {@code CLOCK_REALTIME} in nanoseconds, by the kernel
 * @param timed whether that is when it passed: the kernel may have kept no time, and then it is when it was read
 * @param outgoing whether it went out by the device
 */
public record Seen(long timeNs, boolean timed, Spot spot, boolean outgoing, Packet packet) {}
