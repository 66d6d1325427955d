package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.btf.KernelTypes;

/**
 * Where in this kernel's memory a packet has what is asked of it, in bytes: such offsets differ from kernel to kernel.
 *
 * @param head of {@code struct sk_buff}, as the next three
 * @param deviceNamespace of {@code struct net_device}
 * @param socketNamespace of {@code struct sock}
 * @param inode of {@code struct net}: the number by which a namespace is known outside
 * @param owner of {@code struct net}: the user namespace that it belongs to
 * @param ownerInode of {@code struct user_namespace}
 * @param tellsReceiver whether the tracepoint says which socket was to have the packet, as since Linux 6.11
 */
record SkbLayout(
        int head,
        int networkHeader,
        int device,
        int socket,
        int deviceNamespace,
        int socketNamespace,
        int inode,
        int owner,
        int ownerInode,
        boolean tellsReceiver) {

    /** @throws KernelException where the kernel describes no such structures */
    static SkbLayout of(KernelTypes types) {
        return new SkbLayout(
                types.offset("sk_buff.head"),
                types.offset("sk_buff.network_header"),
                types.offset("sk_buff.dev"),
                types.offset("sk_buff.sk"),
                types.offset("net_device.nd_net.net"),
                types.offset("sock.__sk_common.skc_net.net"),
                types.offset("net.ns.inum"),
                types.offset("net.user_ns"),
                types.offset("user_namespace.ns.inum"),
                types.arguments("kfree_skb") > DropProgram.RECEIVER);
    }
}
