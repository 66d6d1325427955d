package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.netlink.Request;

/** The messages that add, replace, delete and list queueing disciplines and filters, as values. */
public final class TcRequests {
    private static final int ADD = Request.NLM_F_CREATE | Request.NLM_F_EXCL;

    private TcRequests() {}

    /**
     * EEXIST when something else that was made by hand hangs there; ENOENT when the kernel has no such kind, with the words
     * "Specified qdisc kind is unknown".
     */
    public static Request add(Qdisc qdisc) {
        return new Request("add " + on(qdisc), RTM_NEWQDISC, ADD, qdisc.encode());
    }

    /** Adds, or takes the place of what hangs there. */
    public static Request replace(Qdisc qdisc) {
        int flags = Request.NLM_F_CREATE | Request.NLM_F_REPLACE;
        return new Request("set " + on(qdisc), RTM_NEWQDISC, flags, qdisc.encode());
    }

    private static String on(Qdisc qdisc) {
        return "the " + qdisc + " on the link with index " + qdisc.device();
    }

    /** Takes what hangs there away, with its filters. ENOENT when there is nothing, EINVAL when the handle is another. */
    public static Request delete(int device, QdiscHandle handle, QdiscHandle parent) {
        return new Request(
                "delete the qdisc " + handle + " at " + parent + " from the link with index " + device,
                RTM_DELQDISC,
                Qdisc.header(device, handle, parent, 0).toBytes());
    }

    /** Those of all links; for {@code NetlinkSocket.dump}. */
    public static Request listQdiscs() {
        byte[] body = Qdisc.header(0, QdiscHandle.NONE, QdiscHandle.NONE, 0).toBytes();
        return new Request("list the qdiscs", RTM_GETQDISC, body);
    }

    /** ENOENT when the kernel has no such kind of filter or action. */
    public static Request add(Filter filter) {
        return new Request(
                "add the " + filter.toString().replaceAll("\\s+", " ") + " to the link with index " + filter.device(),
                RTM_NEWTFILTER,
                ADD,
                filter.encode());
    }

    /** Takes away all filters of this one's parent, priority and protocol. ENOENT or EINVAL when there is none. */
    public static Request delete(Filter filter) {
        return new Request(
                "delete the filters with priority " + filter.priority() + " at " + filter.parent()
                        + " from the link with index " + filter.device(),
                RTM_DELTFILTER,
                Qdisc.header(filter.device(), QdiscHandle.NONE, filter.parent(), filter.info())
                        .toBytes());
    }

    /** Those of one link; for {@code NetlinkSocket.dump}. */
    public static Request listFilters(int device, QdiscHandle parent) {
        return new Request(
                "list the filters at " + parent + " of the link with index " + device,
                RTM_GETTFILTER,
                Qdisc.header(device, QdiscHandle.NONE, parent, 0).toBytes());
    }
}
