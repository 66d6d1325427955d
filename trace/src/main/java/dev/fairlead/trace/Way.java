package dev.fairlead.trace;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.routes.NodeRoute;
import java.util.List;

/** The route that a node chooses for an address. Prints as {@code ip route} does, without what the kernel adds by itself. */
sealed interface Way {

    /** To the node itself. */
    record Local(Ip to) implements Way {
        @Override
        public String toString() {
            return "local " + to;
        }
    }

    /** To the node's own pods, on the link of the bridge. */
    record Bridge(Prefix podCidr, String device) implements Way {
        @Override
        public String toString() {
            return podCidr + " dev " + device;
        }
    }

    /** To the pods of another node, as planned. */
    record Peer(NodeRoute route) implements Way {
        @Override
        public String toString() {
            return route.toString();
        }
    }

    /** To another node itself: the gateways of the planned routes are on this link, so the other nodes are. */
    record Neighbour(Ip to, String device, String node) implements Way {
        @Override
        public String toString() {
            return to + " dev " + device;
        }
    }

    /** @param problems what the plan says of routes that it should have and can't */
    record None(Ip to, List<String> problems) implements Way {
        public None {
            problems = List.copyOf(problems);
        }

        @Override
        public String toString() {
            return "no route to " + to;
        }
    }
}
