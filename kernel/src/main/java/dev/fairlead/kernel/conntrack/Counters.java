package dev.fairlead.kernel.conntrack;

/**
 * Packets and bytes of one direction; {@link #OFF} where the kernel doesn't count ({@code net.netfilter.nf_conntrack_acct}).
 */
public record Counters(long packets, long bytes) {
    public static final Counters OFF = new Counters(-1, -1);

    public boolean isOff() {
        return equals(OFF);
    }

    String text() {
        return isOff()
                ? ""
                : "packets=" + Long.toUnsignedString(packets) + " bytes=" + Long.toUnsignedString(bytes) + " ";
    }
}
