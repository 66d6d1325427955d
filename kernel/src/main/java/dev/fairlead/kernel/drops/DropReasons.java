package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.btf.KernelTypes;
import java.util.HashMap;
import java.util.Map;

/**
 * What a kernel calls its reasons.
 *
 * @param names by the numbers of {@code enum skb_drop_reason}, without the prefix {@code SKB_DROP_REASON_}
 */
public record DropReasons(Map<Integer, String> names) {
    static final DropReasons NONE = new DropReasons(Map.of());
    private static final String PREFIX = "SKB_DROP_REASON_";

    public DropReasons {
        names = Map.copyOf(names);
    }

    /** @throws dev.fairlead.kernel.DecodeException where the kernel has no reasons */
    static DropReasons of(KernelTypes types) {
        Map<Integer, String> names = new HashMap<>();
        types.enumeration("skb_drop_reason")
                .forEach((number, name) ->
                        names.put(number, name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name));
        return new DropReasons(names);
    }

    /** Reasons of subsystems have a number of these above 16 bits, and names that are described elsewhere. */
    String of(int number) {
        return names.getOrDefault(number, "reason 0x" + Integer.toHexString(number));
    }
}
