package dev.fairlead.kernel.route;

/**
 * How far an address or route reaches, {@code RT_SCOPE_*} of {@code <linux/rtnetlink.h>}. Prints as {@code ip} does.
 *
 * @param number 0 to 255
 */
public record Scope(int number) {
    public static final Scope UNIVERSE = new Scope(0);
    public static final Scope SITE = new Scope(200);
    public static final Scope LINK = new Scope(253);
    public static final Scope HOST = new Scope(254);
    public static final Scope NOWHERE = new Scope(255);

    @Override
    public String toString() {
        return switch (number) {
            case 0 -> "global";
            case 200 -> "site";
            case 253 -> "link";
            case 254 -> "host";
            case 255 -> "nowhere";
            default -> Integer.toString(number);
        };
    }
}
