package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteProtocol;
import dev.fairlead.kernel.route.RouteRequests;
import dev.fairlead.kernel.route.RouteTable;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.plan.routes.NodeRoute;
import dev.fairlead.plan.routes.NodeRoutes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's routes to the pods of other nodes as planned. They carry our routing protocol number, so that an agent that
 * starts finds those of the one before it. Confined to one thread.
 */
public final class PeerRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRoutes.class);

    private final Rtnetlink rtnetlink;
    private NodeRoutes applied = NodeRoutes.NONE;
    private boolean first = true;

    private PeerRoutes(Rtnetlink rtnetlink) {
        this.rtnetlink = rtnetlink;
    }

    public static PeerRoutes start(Rtnetlink rtnetlink) {
        return new PeerRoutes(rtnetlink);
    }

    /**
     * Makes the kernel's routes those of the plan, by difference, in one system call. Problems of the plan are logged.
     *
     * @throws KernelException when a route is refused; the next call does all of it again
     */
    public void apply(NodeRoutes plan) {
        NodeRoutes before = applied;
        NodeRoutes.Change change = NodeRoutes.diff(before, plan);
        List<Request> requests = new ArrayList<>();
        if (first) {
            leftovers(plan).forEach(route -> requests.add(RouteRequests.delete(route)));
        }
        for (NodeRoute route : change.remove()) {
            requests.add(RouteRequests.delete(onAnyDevice(route)));
        }
        int deletions = requests.size();
        Map<String, Integer> devices = new HashMap<>();
        for (List<NodeRoute> routes : List.of(change.replace(), change.add())) {
            for (NodeRoute route : routes) {
                int device = devices.computeIfAbsent(
                        route.device(), name -> rtnetlink.links().require(name).index());
                requests.add(RouteRequests.replace(onAnyDevice(route).device(device)));
            }
        }
        for (String problem : plan.problems()) {
            if (!before.problems().contains(problem)) {
                LOG.warn("{}", problem);
            }
        }
        applied = NodeRoutes.NONE; // until all of it is in
        first = true;
        List<Optional<NetlinkException>> refusals = rtnetlink.pipeline(requests);
        for (int i = 0; i < refusals.size(); i++) {
            Optional<NetlinkException> refusal = refusals.get(i);
            boolean alreadyGone =
                    i < deletions && refusal.isPresent() && refusal.get().isNotFound();
            if (refusal.isPresent() && !alreadyGone) {
                throw refusal.get();
            }
        }
        applied = plan;
        first = false;
    }

    private List<Route> leftovers(NodeRoutes plan) {
        List<Route> leftovers = new ArrayList<>();
        for (Family family : Family.values()) {
            for (Route route : rtnetlink.routes().list(family, RouteTable.MAIN, RouteProtocol.FAIRLEAD)) {
                if (plan.routes().find(route.destination()).isEmpty()) {
                    leftovers.add(route);
                }
            }
        }
        return leftovers;
    }

    /** To delete a route its device isn't needed, which may be gone, and the route with it. */
    private static Route onAnyDevice(NodeRoute route) {
        Route made = Route.unicast(route.destination()).via(route.via()).withProtocol(RouteProtocol.FAIRLEAD);
        return route.mtu() > 0 ? made.withMtu(route.mtu()) : made;
    }

    /** Takes all our routes out. */
    public void clean() {
        apply(NodeRoutes.NONE);
    }
}
