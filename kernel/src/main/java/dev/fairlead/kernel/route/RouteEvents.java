package dev.fairlead.kernel.route;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Follows the changes in one namespace, from the moment it is opened. Confined to one reader at a time.
 *
 * <p>To keep a picture: open this first, list, then apply events; after {@link RouteEvent.Lost} list again.
 */
public final class RouteEvents implements AutoCloseable {

    /** What to hear of; each covers both families, and {@link #LINKS} bridge ports too. */
    public enum Topic {
        LINKS,
        ADDRESSES,
        ROUTES,
        /** Neighbours and forwarding entries. */
        NEIGHBOURS
    }

    private final NetlinkSocket socket;

    private RouteEvents(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static RouteEvents open(Netns namespace, Topic... topics) {
        return join(NetlinkSocket.open(namespace, Rtnetlink.FAMILY), topics);
    }

    /** In the calling thread's namespace. */
    public static RouteEvents open(Topic... topics) {
        return join(NetlinkSocket.open(Rtnetlink.FAMILY), topics);
    }

    private static RouteEvents join(NetlinkSocket socket, Topic... topics) {
        try {
            for (Topic topic : topics) {
                switch (topic) {
                    case LINKS -> socket.join(Rtm.RTNLGRP_LINK);
                    case ADDRESSES -> {
                        socket.join(Rtm.RTNLGRP_IPV4_IFADDR);
                        socket.join(Rtm.RTNLGRP_IPV6_IFADDR);
                    }
                    case ROUTES -> {
                        socket.join(Rtm.RTNLGRP_IPV4_ROUTE);
                        socket.join(Rtm.RTNLGRP_IPV6_ROUTE);
                    }
                    case NEIGHBOURS -> socket.join(Rtm.RTNLGRP_NEIGH);
                }
            }
            return new RouteEvents(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits for what comes next; empty when nothing came in time. */
    public List<RouteEvent> next(Duration patience) {
        List<RouteEvent> events = new ArrayList<>();
        try {
            for (Message message : socket.events(patience)) {
                RouteEvent.decode(message).ifPresent(events::add);
            }
        } catch (SyscallException e) {
            if (!e.errno().equals(Errno.ENOBUFS)) {
                throw e;
            }
            // The kernel drops on until the queue has been emptied, and what is in it is out of date.
            socket.drain();
            events.add(new RouteEvent.Lost());
        }
        return events;
    }

    @Override
    public void close() {
        socket.close();
    }
}
