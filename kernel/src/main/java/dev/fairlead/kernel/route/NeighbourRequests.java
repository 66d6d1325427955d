package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;

/** The messages that add, list and delete neighbours and forwarding entries, as values. */
public final class NeighbourRequests {
    private static final int ADD = Request.NLM_F_CREATE | Request.NLM_F_EXCL;
    private static final int REPLACE = Request.NLM_F_CREATE | Request.NLM_F_REPLACE;
    private static final int APPEND = Request.NLM_F_CREATE | Request.NLM_F_APPEND;

    private NeighbourRequests() {}

    /** EEXIST when the link has an entry for the address already. */
    public static Request add(Neighbour neighbour) {
        return new Request("add the neighbour " + neighbour, Rtm.RTM_NEWNEIGH, ADD, neighbour.encode());
    }

    /** Adds, or takes the place of the entry for this address. */
    public static Request replace(Neighbour neighbour) {
        return new Request("set the neighbour " + neighbour, Rtm.RTM_NEWNEIGH, REPLACE, neighbour.encode());
    }

    /** ENOENT when there is none. */
    public static Request delete(Neighbour neighbour) {
        return new Request("delete the neighbour " + neighbour, Rtm.RTM_DELNEIGH, neighbour.encode());
    }

    /**
     * The entries of one family; for {@code NetlinkSocket.dump}.
     *
     * @param device index of the link, 0 for all
     */
    public static Request list(Family family, int device) {
        Encoder encoder = new Encoder().u8(family.number()).zeros(11);
        if (device != 0) {
            encoder.attributeU32(Nda.NDA_IFINDEX, device);
        }
        return new Request("list the neighbours", Rtm.RTM_GETNEIGH, encoder.toBytes());
    }

    /** EEXIST when the bridge has an entry for the address already. */
    public static Request add(FdbEntry entry) {
        return new Request("add the forwarding entry " + entry, Rtm.RTM_NEWNEIGH, ADD, entry.encode());
    }

    /** Adds, or takes the place of the entry for this address. */
    public static Request replace(FdbEntry entry) {
        return new Request("set the forwarding entry " + entry, Rtm.RTM_NEWNEIGH, REPLACE, entry.encode());
    }

    /** One more destination for the same address of a VXLAN device. */
    public static Request append(FdbEntry entry) {
        return new Request("append the forwarding entry " + entry, Rtm.RTM_NEWNEIGH, APPEND, entry.encode());
    }

    /** ENOENT when there is none. */
    public static Request delete(FdbEntry entry) {
        return new Request("delete the forwarding entry " + entry, Rtm.RTM_DELNEIGH, entry.encode());
    }

    /** All forwarding entries of all bridges and VXLAN devices; for {@code NetlinkSocket.dump}. */
    public static Request listFdb() {
        return new Request(
                "list the forwarding entries",
                Rtm.RTM_GETNEIGH,
                new Encoder().u8(Rtm.AF_BRIDGE).zeros(11).toBytes());
    }

    /** The forwarding entries of one bridge and its ports. */
    public static Request listFdb(int bridge) {
        return new Request(
                "list the forwarding entries of the bridge with index " + bridge,
                Rtm.RTM_GETNEIGH,
                new Encoder()
                        .u8(Rtm.AF_BRIDGE)
                        .zeros(11)
                        .attributeU32(Nda.NDA_MASTER, bridge)
                        .toBytes());
    }
}
