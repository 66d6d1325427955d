package dev.fairlead.kernel.route;

/**
 * Flags of a link, {@code IFF_*} of {@code <linux/if.h>}. Prints as {@code <BROADCAST,MULTICAST,UP,LOWER_UP>}.
 *
 * @param bits as in {@code ifi_flags}
 */
public record LinkFlags(int bits) {
    static final int IFF_UP = 1;
    static final int IFF_LOOPBACK = 8;
    static final int IFF_RUNNING = 0x40;
    static final int IFF_NOARP = 0x80;
    static final int IFF_PROMISC = 0x100;
    static final int IFF_LOWER_UP = 0x10000;

    /** The order in which {@code ip} prints them: name, then bit. */
    private static final String[] NAMES = {
        "LOOPBACK",
        "BROADCAST",
        "POINTOPOINT",
        "MULTICAST",
        "NOARP",
        "ALLMULTI",
        "PROMISC",
        "MASTER",
        "SLAVE",
        "DEBUG",
        "DYNAMIC",
        "AUTOMEDIA",
        "PORTSEL",
        "NOTRAILERS",
        "UP",
        "LOWER_UP",
        "DORMANT",
        "ECHO"
    };

    private static final int[] BITS = {
        0x8, 0x2, 0x10, 0x1000, 0x80, 0x200, 0x100, 0x400, 0x800, 0x4, 0x8000, 0x4000, 0x2000, 0x20, 0x1, 0x10000,
        0x20000, 0x40000
    };

    /** Administratively up ({@code IFF_UP}); says nothing about the other end. */
    public boolean isUp() {
        return (bits & IFF_UP) != 0;
    }

    /** Up, and the lower layer is too ({@code IFF_LOWER_UP}): packets can flow. */
    public boolean isLowerUp() {
        return (bits & IFF_LOWER_UP) != 0;
    }

    public boolean isLoopback() {
        return (bits & IFF_LOOPBACK) != 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("<");
        if (isUp() && (bits & IFF_RUNNING) == 0) {
            text.append("NO-CARRIER,");
        }
        int rest = bits & ~IFF_RUNNING;
        for (int i = 0; i < NAMES.length; i++) {
            if ((rest & BITS[i]) != 0) {
                rest &= ~BITS[i];
                text.append(NAMES[i]).append(rest == 0 ? "" : ",");
            }
        }
        return text.append(rest == 0 ? "" : Integer.toHexString(rest))
                .append('>')
                .toString();
    }
}
