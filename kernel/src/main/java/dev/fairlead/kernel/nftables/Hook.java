package dev.fairlead.kernel.nftables;

import java.util.List;
import java.util.Locale;

/**
 * Where a base chain is entered: type, hook, priority and policy.
 *
 * @param type {@code filter}, {@code nat} or {@code route}; empty for a chain without hook
 * @param priority lower runs first; {@link #DSTNAT} and the like
 * @param drop whether a packet that no rule decided is dropped rather than accepted
 * @param devices for {@code ingress} and {@code egress}, the devices by name
 */
public record Hook(String type, Point point, int priority, boolean drop, List<String> devices) {
    /** Of a chain that is only jumped to. */
    public static final Hook NONE = new Hook("", Point.PREROUTING, 0, false, List.of());

    /** {@code NF_IP_PRI_*} of {@code <linux/netfilter_ipv4.h>}, the names nft has for them outside bridge tables. */
    public static final int RAW = -300;

    public static final int MANGLE = -150;
    public static final int DSTNAT = -100;
    public static final int FILTER = 0;
    public static final int SECURITY = 50;
    public static final int SRCNAT = 100;

    /** Where on a packet's way, {@code enum nf_inet_hooks}. */
    public enum Point {
        PREROUTING,
        INPUT,
        FORWARD,
        OUTPUT,
        POSTROUTING,
        INGRESS,
        EGRESS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Hook {
        devices = List.copyOf(devices);
    }

    public static Hook filter(Point point, int priority) {
        return new Hook("filter", point, priority, false, List.of());
    }

    public static Hook nat(Point point, int priority) {
        return new Hook("nat", point, priority, false, List.of());
    }

    public static Hook route(int priority) {
        return new Hook("route", Point.OUTPUT, priority, false, List.of());
    }

    public Hook policyDrop() {
        return new Hook(type, point, priority, true, devices);
    }

    public Hook devices(List<String> names) {
        return new Hook(type, point, priority, drop, names);
    }

    boolean isNone() {
        return type.isEmpty();
    }

    /** The hook's number in tables of a family. */
    int number(TableFamily family) {
        return switch (family) {
            case NETDEV -> point == Point.EGRESS ? 1 : 0;
            case ARP ->
                switch (point) {
                    case INPUT -> 0;
                    case OUTPUT -> 1;
                    default -> 2;
                };
            default -> point.ordinal();
        };
    }

    static Point point(TableFamily family, int number) {
        return switch (family) {
            case NETDEV -> number == 1 ? Point.EGRESS : Point.INGRESS;
            case ARP -> number == 0 ? Point.INPUT : number == 1 ? Point.OUTPUT : Point.FORWARD;
            default -> Point.values()[Math.clamp(number, 0, Point.values().length - 1)];
        };
    }

    /** As {@code nft} prints the line in a chain. */
    String text(TableFamily family) {
        StringBuilder text = new StringBuilder("type ")
                .append(type)
                .append(" hook ")
                .append(point)
                .append(' ');
        if (devices.size() == 1) {
            text.append("device \"").append(devices.getFirst()).append("\" ");
        } else if (!devices.isEmpty()) {
            text.append("devices = { ")
                    .append(String.join(", ", devices.stream().sorted().toList()))
                    .append(" } ");
        }
        return text.append("priority ")
                .append(PriorityText.of(family, point, priority))
                .append("; policy ")
                .append(drop ? "drop" : "accept")
                .append(';')
                .toString();
    }
}
