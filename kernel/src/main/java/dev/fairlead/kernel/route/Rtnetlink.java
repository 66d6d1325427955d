package dev.fairlead.kernel.route;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Family;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.OwnThread;
import dev.fairlead.kernel.tc.TrafficControl;
import java.util.List;
import java.util.Optional;

/**
 * A connection to the links, addresses, routes, neighbours and traffic control of one network namespace. Safe from any thread; the calls of
 * several threads wait for each other.
 */
public final class Rtnetlink implements AutoCloseable {
    /** {@code NETLINK_ROUTE}. */
    public static final Family FAMILY = new Family(0, "route netlink", RouteFormats::of);

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Into a namespace; the connection keeps working after the handle is closed. */
    public static Rtnetlink open(Netns namespace) {
        return new Rtnetlink(NetlinkSocket.open(namespace, FAMILY));
    }

    /** As {@link #open(Netns)}, while the calling thread goes on; whoever begins this has to take the result and close it. */
    public static OwnThread.Begun<Rtnetlink> opening(Netns namespace, OwnThread.Spare spare) {
        return namespace.begin(spare, Rtnetlink::open);
    }

    /** Into the calling thread's namespace. */
    public static Rtnetlink open() {
        return new Rtnetlink(NetlinkSocket.open(FAMILY));
    }

    public Links links() {
        return new Links(socket);
    }

    public Addresses addresses() {
        return new Addresses(socket);
    }

    public Routes routes() {
        return new Routes(socket);
    }

    public Neighbours neighbours() {
        return new Neighbours(socket);
    }

    public TrafficControl trafficControl() {
        return new TrafficControl(socket);
    }

    /**
     * Sends several requests in one system call; the kernel takes them in order, each by itself, also after a refusal.
     *
     * @return for each request, in order, why it was refused, or empty
     */
    public List<Optional<NetlinkException>> pipeline(List<Request> requests) {
        return socket.pipeline(requests);
    }

    /**
     * As {@link #pipeline}, for requests of which none should be refused.
     *
     * @throws NetlinkException the first refusal, with the others suppressed in it; what wasn't refused has been done
     */
    public void apply(List<Request> requests) {
        NetlinkException first = null;
        for (Optional<NetlinkException> outcome : pipeline(requests)) {
            if (outcome.isPresent() && first == null) {
                first = outcome.get();
            } else if (outcome.isPresent() && first != null) {
                first.addSuppressed(outcome.get());
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
