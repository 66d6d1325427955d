package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Ip;
import java.util.Optional;

/** Something in a namespace has changed. */
public sealed interface RouteEvent {

    /** A link was made or changed; this is what it is now. */
    record LinkChanged(Link link) implements RouteEvent {
        @Override
        public String toString() {
            return link.toString();
        }
    }

    /** A link was deleted or moved to another namespace. */
    record LinkGone(Link link) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + link;
        }
    }

    /** A link became a port of a bridge, or one of its port settings changed. */
    record PortChanged(int device, String name, int bridge, BridgePort port) implements RouteEvent {
        @Override
        public String toString() {
            return device + ": " + name + " master if" + bridge + " " + port;
        }
    }

    /** A link isn't a port of the bridge any more; the link itself may well live on. */
    record PortGone(int device, String name, int bridge) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + device + ": " + name + " master if" + bridge;
        }
    }

    record AddressChanged(Address address) implements RouteEvent {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    record AddressGone(Address address) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + address;
        }
    }

    record RouteChanged(Route route) implements RouteEvent {
        @Override
        public String toString() {
            return route.toString();
        }
    }

    /**
     * A route was deleted by a request. With IPv4 the kernel says nothing of routes that go because their link went down or
     * lost its address.
     */
    record RouteGone(Route route) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + route;
        }
    }

    record NeighbourChanged(Neighbour neighbour) implements RouteEvent {
        @Override
        public String toString() {
            return neighbour.toString();
        }
    }

    record NeighbourGone(Neighbour neighbour) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + neighbour;
        }
    }

    /** A packet waits for this neighbour and nobody in the kernel will ask for it ({@code app_solicit}). */
    record NeighbourMissed(Ip address, int device) implements RouteEvent {
        @Override
        public String toString() {
            return "miss " + address + " dev if" + device;
        }
    }

    record FdbChanged(FdbEntry entry) implements RouteEvent {
        @Override
        public String toString() {
            return entry.toString();
        }
    }

    record FdbGone(FdbEntry entry) implements RouteEvent {
        @Override
        public String toString() {
            return "Deleted " + entry;
        }
    }

    /**
     * The reader was too slow and the kernel dropped events (ENOBUFS). What was unread has been thrown away too:
     * whoever keeps a picture has to list everything again.
     */
    record Lost() implements RouteEvent {}

    /** Reads a multicast message; empty for one that isn't about anything here. */
    static Optional<RouteEvent> decode(Message message) {
        int family = message.body().length == 0 ? 0 : Byte.toUnsignedInt(message.body()[0]);
        return switch (message.type()) {
            case Rtm.RTM_NEWLINK, Rtm.RTM_DELLINK -> link(message, family);
            case Rtm.RTM_NEWADDR -> Optional.of(new AddressChanged(Address.decode(message)));
            case Rtm.RTM_DELADDR -> Optional.of(new AddressGone(Address.decode(message)));
            case Rtm.RTM_NEWROUTE -> Optional.of(new RouteChanged(Route.decode(message)));
            case Rtm.RTM_DELROUTE -> Optional.of(new RouteGone(Route.decode(message)));
            case Rtm.RTM_NEWNEIGH, Rtm.RTM_DELNEIGH, Rtm.RTM_GETNEIGH -> neighbour(message, family);
            default -> Optional.empty();
        };
    }

    private static Optional<RouteEvent> link(Message message, int family) {
        boolean gone = message.type() == Rtm.RTM_DELLINK;
        if (family == Rtm.AF_BRIDGE) {
            return Optional.of(LinkDecoder.port(message, gone));
        }
        if (family != Rtm.AF_UNSPEC) {
            return Optional.empty();
        }
        Link link = Link.decode(message);
        return Optional.of(gone ? new LinkGone(link) : new LinkChanged(link));
    }

    private static Optional<RouteEvent> neighbour(Message message, int family) {
        boolean gone = message.type() == Rtm.RTM_DELNEIGH;
        if (family == Rtm.AF_BRIDGE) {
            FdbEntry entry = FdbEntry.decode(message);
            return Optional.of(gone ? new FdbGone(entry) : new FdbChanged(entry));
        }
        Neighbour neighbour = Neighbour.decode(message);
        if (message.type() == Rtm.RTM_GETNEIGH) {
            return Optional.of(new NeighbourMissed(neighbour.address(), neighbour.device()));
        }
        return Optional.of(gone ? new NeighbourGone(neighbour) : new NeighbourChanged(neighbour));
    }
}
