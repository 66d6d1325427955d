package dev.fairlead.plan.nat;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import java.util.List;

/**
 * What of the node's traffic is translated for one attachment.
 *
 * @param chained whether somebody else wired the pod: then no lease says when it is gone
 * @param addresses the pod's, at most one of a family. Who is in the prefix and comes by a host port would be answered past
 *     the node's IP layer, so it is masqueraded; the length is the whole address where only the pod itself would be
 * @param loopback how the pod is reached at 127.0.0.1
 */
public record Translation(
        Attachment owner,
        boolean chained,
        List<Prefix> addresses,
        List<Forward> forwards,
        Masquerade masquerade,
        Loopback loopback) {
    public Translation {
        addresses = List.copyOf(addresses);
        forwards = List.copyOf(forwards);
    }

    /**
     * The device by which packets from 127.0.0.1 reach the pod.
     *
     * @param device its name; empty when no forward needs it
     * @param switched whether {@code route_localnet} of the device was off before us, and is to be again
     */
    public record Loopback(String device, boolean switched) {
        public static final Loopback NONE = new Loopback("", false);
    }

    public Translation reachedAtLoopbackBy(Loopback by) {
        return new Translation(owner, chained, addresses, forwards, masquerade, by);
    }

    /** Whether nothing of its own is asked for. */
    public boolean isNothing() {
        return forwards.isEmpty() && masquerade == Masquerade.AS_NODE;
    }

    public boolean needsLoopback() {
        return forwards.stream().anyMatch(Forward::isForLoopback);
    }

    /** Whether both have a pod address: then the pod that had it earlier is gone. */
    boolean sharesAddress(Translation other) {
        return addresses.stream().map(Prefix::address).anyMatch(other::has);
    }

    private boolean has(Ip address) {
        return addresses.stream().anyMatch(prefix -> prefix.address().equals(address));
    }
}
