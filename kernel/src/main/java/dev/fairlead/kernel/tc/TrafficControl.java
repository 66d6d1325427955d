package dev.fairlead.kernel.tc;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The queueing disciplines and filters in one namespace. Safe from any thread. Every refusal is a {@link
 * dev.fairlead.kernel.NetlinkException}.
 */
public final class TrafficControl {
    private final NetlinkSocket socket;

    /** @param socket of route netlink; stays the caller's */
    public TrafficControl(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Those of one link that {@code tc} shows; none when it has only what every link has. */
    public List<Qdisc> qdiscs(int device) {
        List<Qdisc> qdiscs = new ArrayList<>();
        for (Message message : socket.dump(TcRequests.listQdiscs())) { // the kernel has no way to ask for one link's
            Qdisc qdisc = Qdisc.decode(message);
            if (qdisc.device() == device) {
                qdiscs.add(qdisc);
            }
        }
        return qdiscs;
    }

    public List<Filter> filters(int device, QdiscHandle parent) {
        List<Filter> filters = new ArrayList<>();
        for (Message message : socket.dump(TcRequests.listFilters(device, parent))) {
            filters.add(Filter.decode(message));
        }
        return filters;
    }
}
