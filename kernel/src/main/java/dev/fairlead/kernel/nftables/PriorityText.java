package dev.fairlead.kernel.nftables;

/** Names for priorities, as {@code nft} prints them: {@code dstnat}, {@code srcnat + 5}, or the number. */
final class PriorityText {
    /** How far from a named one a priority is still printed by that name. */
    private static final int NEAR = 10;

    private record Named(String name, int priority) {}

    private static final Named FILTER = new Named("filter", 0);

    private PriorityText() {}

    static String of(TableFamily family, Hook.Point point, int priority) {
        Named nearest = FILTER;
        int distance = Integer.MAX_VALUE;
        for (Named named : names(family, point)) {
            if (Math.abs(priority - named.priority) < distance) {
                nearest = named;
                distance = Math.abs(priority - named.priority);
            }
        }
        if (distance > NEAR) {
            return Integer.toString(priority);
        }
        if (distance == 0) {
            return nearest.name;
        }
        return nearest.name + (priority > nearest.priority ? " + " : " - ") + distance;
    }

    private static Named[] names(TableFamily family, Hook.Point point) {
        return switch (family) {
            case INET, IP, IP6 ->
                switch (point) {
                    case PREROUTING ->
                        new Named[] {raw(), mangle(), new Named("dstnat", Hook.DSTNAT), FILTER, security()};
                    case POSTROUTING ->
                        new Named[] {raw(), mangle(), FILTER, security(), new Named("srcnat", Hook.SRCNAT)};
                    case INGRESS, EGRESS -> new Named[] {FILTER};
                    default -> new Named[] {raw(), mangle(), FILTER, security()};
                };
            case BRIDGE ->
                switch (point) {
                    case PREROUTING -> new Named[] {new Named("dstnat", -300), new Named("filter", -200)};
                    case OUTPUT -> new Named[] {new Named("filter", -200), new Named("out", 100)};
                    case POSTROUTING -> new Named[] {new Named("filter", -200), new Named("srcnat", 300)};
                    default -> new Named[] {new Named("filter", -200)};
                };
            case ARP, NETDEV -> new Named[] {FILTER};
        };
    }

    private static Named raw() {
        return new Named("raw", Hook.RAW);
    }

    private static Named mangle() {
        return new Named("mangle", Hook.MANGLE);
    }

    private static Named security() {
        return new Named("security", Hook.SECURITY);
    }
}
