package dev.fairlead.kernel.tap;

/**
 * What became of the packets that a tap's filter accepted, since it was opened.
 *
 * @param queued by the kernel for the tap's reader
 * @param dropped by the kernel, because the reader was too slow: a trace with these has gaps
 * @param unreadable of those that were read: cut short or contradicting themselves, and so not given to anybody
 * @param wentDown whether the device went down or away meanwhile, from when on nothing was seen
 */
public record TapCounts(long queued, long dropped, long unreadable, boolean wentDown) {}
