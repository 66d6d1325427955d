package dev.fairlead.trace.observe;

/**
 * A packet that a node's kernel dropped, by its own account.
 *
 * @param packet as it was then
 * @param timeNs in nanoseconds since 1970
 * @param pod {@code namespace/name} in whose network namespace; empty for the node's root namespace
 * @param reason as the kernel calls it: {@code IP_INNOROUTES}
 * @param function of the kernel that dropped it
 */
public record KernelDrop(Packet packet, long timeNs, String pod, String reason, String function) {

    KernelDrop at(long time) {
        return new KernelDrop(packet, time, pod, reason, function);
    }

    /** Whether the kernel says why, and not only that. Where a switch sends a frame everywhere, copies end as somebody else's. */
    boolean isSpecific() {
        return !reason.equals("NOT_SPECIFIED") && !reason.equals("OTHERHOST");
    }

    /** Whether it waited for somebody's MAC address, and nobody said so. */
    boolean isOfNeighbour() {
        return reason.equals("NEIGH_FAILED");
    }

    /** {@code kernel drop reason: IP_INNOROUTES, in ip_rcv_finish_core}. */
    String text() {
        return "kernel drop reason: " + reason + ", in " + function;
    }

    /** A sentence's end for people, with the kernel's name; the kernel's comments say the same in {@code <net/dropreason-core.h>}. */
    String why() {
        String plain = plain();
        return plain.isEmpty() ? "its reason is " + reason : plain + " (" + reason + ")";
    }

    private String plain() {
        return switch (reason) {
            case "NOT_SPECIFIED" -> "it gives no reason, in " + function;
            case "NEIGH_FAILED" -> "nobody answers for the next address";
            case "NEIGH_QUEUEFULL" -> "too many packets wait until somebody answers for the next address";
            case "IP_INNOROUTES", "IP_OUTNOROUTES" -> "it has no route for it";
            case "IP_RPFILTER" -> "the way back to its sender is by another device (reverse path filter)";
            case "IP_INADDRERRORS" -> "it neither is that address nor passes packets on";
            case "IP_LOCAL_SOURCE" -> "its sender's address is this kernel's own";
            case "NO_SOCKET" -> "nobody listens on that port";
            case "TCP_LISTEN_OVERFLOW" -> "the listener has more connections waiting than it allows";
            case "SOCKET_RCVBUFF", "SOCKET_BACKLOG" -> "the receiver's buffer is full";
            case "SOCKET_FILTER" -> "a filter of the receiver's socket refuses it";
            case "PKT_TOO_BIG" -> "it is longer than the next device takes";
            case "IP_CSUM", "TCP_CSUM", "UDP_CSUM", "ICMP_CSUM", "SKB_CSUM" -> "its checksum is wrong";
            case "IP_INHDR" -> "its IP header is wrong";
            case "NETFILTER_DROP" -> "a rule of netfilter drops it";
            case "OTHERHOST" -> "its MAC address is somebody else's";
            case "QDISC_DROP", "QDISC_OVERLIMIT", "QDISC_CONGESTED" -> "the device's queue drops it";
            case "CPU_BACKLOG" -> "more packets wait for the processor than it allows";
            case "TC_INGRESS", "TC_EGRESS" -> "a filter of tc at the device drops it, which may be an eBPF program";
            case "XDP" -> "an XDP program at the device drops it";
            case "BPF_CGROUP_EGRESS" -> "an eBPF program of the sender's cgroup drops it";
            case "DEV_READY" -> "the device is down";
            case "IPV6DISABLED" -> "IPv6 is switched off there";
            case "NOMEM" -> "it has no memory left for it";
            default -> "";
        };
    }
}
