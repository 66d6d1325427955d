package dev.fairlead.kernel.route;

/** Gives an interface index its name in text; what isn't known is printed as {@code if7}, as {@code ip} does. */
@FunctionalInterface
public interface DeviceNames {
    /** Knows none. */
    DeviceNames NUMBERS = index -> "if" + index;

    String of(int index);
}
