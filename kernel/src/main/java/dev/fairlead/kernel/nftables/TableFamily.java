package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.DecodeException;

/** What packets a table sees, {@code NFPROTO_*} of {@code <linux/netfilter.h>}. */
public enum TableFamily {
    INET(1, "inet"),
    IP(2, "ip"),
    ARP(3, "arp"),
    NETDEV(5, "netdev"),
    BRIDGE(7, "bridge"),
    IP6(10, "ip6");

    private final int number;
    private final String text;

    TableFamily(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public int number() {
        return number;
    }

    /** By the number in a message's header, or a {@link DecodeException}. */
    public static TableFamily of(int number) {
        for (TableFamily family : values()) {
            if (family.number == number) {
                return family;
            }
        }
        throw new DecodeException("netfilter family " + number + " is none that a table can have");
    }

    /** As {@code nft} writes it. */
    @Override
    public String toString() {
        return text;
    }
}
