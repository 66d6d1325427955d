package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.btf.KernelTypes;
import java.util.HashMap;
import java.util.Map;

/**
 * Where in this kernel's memory a packet has what is asked of it, in bytes: such offsets differ from kernel to kernel.
 *
 * @param head of {@code struct sk_buff}, as the next three
 * @param deviceNamespace of {@code struct net_device}
 * @param socketNamespace of {@code struct sock}
 * @param inode of {@code struct net}: the number by which a namespace is known outside
 * @param tellsReceiver whether the tracepoint says which socket was to have the packet, as since Linux 6.11
 * @param reasons what the numbers of {@code enum skb_drop_reason} are called, without the prefix that all have
 */
record SkbLayout(
        int head,
        int networkHeader,
        int device,
        int socket,
        int deviceNamespace,
        int socketNamespace,
        int inode,
        boolean tellsReceiver,
        Map<Integer, String> reasons) {
    private static final String PREFIX = "SKB_DROP_REASON_";

    /** @throws KernelException where the kernel doesn't describe itself, or has no reasons */
    static SkbLayout ofThisKernel() {
        KernelTypes types = KernelTypes.ofThisKernel();
        Map<Integer, String> reasons = new HashMap<>();
        types.enumeration("skb_drop_reason")
                .forEach((number, name) ->
                        reasons.put(number, name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name));
        return new SkbLayout(
                types.offset("sk_buff.head"),
                types.offset("sk_buff.network_header"),
                types.offset("sk_buff.dev"),
                types.offset("sk_buff.sk"),
                types.offset("net_device.nd_net.net"),
                types.offset("sock.__sk_common.skc_net.net"),
                types.offset("net.ns.inum"),
                types.arguments("kfree_skb") > DropProgram.RECEIVER,
                Map.copyOf(reasons));
    }

    /** Reasons of subsystems have a number of these above 16 bits, and names that are described elsewhere. */
    String reason(int number) {
        return reasons.getOrDefault(number, "reason 0x" + Integer.toHexString(number));
    }
}
