package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Why a packet was seen no further, as far as kernels on both sides tell: whether the other node runs, its cable is in, its
 * device takes a packet that long, and somebody answers for the next address. Confined to one thread.
 */
final class Endings {
    private final Scene scene;
    private final KernelAnswers kernel;

    Endings(Scene scene, KernelAnswers kernel) {
        this.scene = scene;
        this.kernel = kernel;
    }

    /** @param text what stopped it @param details lines as the tools print them */
    record Ending(String text, List<String> details) {
        Ending {
            details = List.copyOf(details);
        }
    }

    /**
     * In a node's kernel.
     *
     * @param length in bytes
     * @param device by which it was to leave, empty where that isn't known
     * @param drops that the kernel told of it
     */
    Ending inNode(String node, Flow flow, int length, String device, KernelDrops drops) {
        Ip to = flow.destination().ip();
        Optional<Taken> route = kernel.route(node, flow, "");
        List<String> details = new ArrayList<>();
        details.add(route.map(taken -> "route: " + taken.text()).orElse("no route to " + to));
        Optional<Device> link =
                kernel.link(node, device.isEmpty() ? route.map(Taken::device).orElse("") : device);
        Optional<String> reason = link.flatMap(out -> ofDevice(node, out, length));
        if (reason.isPresent()) {
            details.add(link.orElseThrow().text());
            details.addAll(drops.details());
            return new Ending(reason.get(), details);
        }
        Optional<String> neighbour = route.flatMap(taken -> unanswered(node, taken, details));
        details.addAll(drops.details());
        String who = scene.holder(to).map(Place::object).orElse("nobody in the cluster");
        return new Ending(
                neighbour
                        .or(() -> drops.why(node).map(why -> why + "; " + who + " has " + to))
                        .orElse(node + "'s kernel did not pass it on to " + to + "; " + who + " has it"),
                details);
    }

    /** What the device by which it is to leave has against it. */
    private Optional<String> ofDevice(String node, Device link, int length) {
        return withoutCarrier(node, link)
                .or(() -> length <= link.mtu() ? Optional.empty() : Optional.of(tooLong(node, link, length)));
    }

    private static String tooLong(String node, Device link, int length) {
        return node + "'s " + link.name() + " takes packets of at most " + link.mtu()
                + " bytes (its MTU), and this one has " + length;
    }

    private Optional<String> unanswered(String node, Taken route, List<String> details) {
        Optional<String> state = kernel.unanswered(node, route);
        state.ifPresent(details::add);
        String why = scene.holder(route.next())
                .filter(place -> !place.isPod() && !place.node().equals(node))
                .flatMap(place -> unreachable(place.node()))
                .map(reason -> reason + ", and so nobody")
                .orElse("nobody");
        return state.map(unused -> why + " answers for " + route.next() + " on " + node + "'s " + route.device());
    }

    /** What another node has that keeps all packets from it. */
    private Optional<String> unreachable(String peer) {
        return kernel.isRunning(peer)
                ? kernel.link(peer, scene.uplink()).flatMap(link -> withoutCarrier(peer, link))
                : Optional.of(peer + " is stopped");
    }

    /** A bridge has none while all of its ports are down, or it has no ports. */
    private Optional<String> withoutCarrier(String node, Device link) {
        String why = link.name().equals(scene.bridge())
                ? ", since no pod's veth pair is up at this bridge"
                : ", as with a cable that is out";
        return link.carrier() ? Optional.empty() : Optional.of(node + "'s " + link.name() + " has no carrier" + why);
    }

    /**
     * On the wire between two nodes; empty where it may well have gone somewhere that nobody looks at.
     *
     * @param drops that each node's kernel told of it
     */
    Optional<Ending> onTheWay(Seen last, Function<String, KernelDrops> drops) {
        String node = last.spot().node();
        return scene.holder(last.packet().flow().destination().ip())
                .map(Place::node)
                .filter(peer -> !peer.equals(node))
                .map(peer -> between(node, peer, last, drops));
    }

    private Ending between(String node, String peer, Seen last, Function<String, KernelDrops> drops) {
        String lost = "it left " + node + " for " + peer + " and was not seen there: ";
        if (!kernel.isRunning(peer)) {
            return new Ending(lost + peer + " is stopped", drops.apply(node).details());
        }
        Optional<Device> there = kernel.link(peer, scene.uplink());
        List<String> details = new ArrayList<>(there.map(Device::text).stream().toList());
        details.addAll(drops.apply(peer).details());
        details.addAll(drops.apply(node).details());
        return new Ending(
                lost
                        + there.flatMap(link ->
                                        ofDevice(peer, link, last.packet().length()))
                                .or(() -> drops.apply(peer).why(peer))
                                .or(() -> drops.apply(node).why(node))
                                .orElse("no device of " + peer + " says why, so it was lost between the two"),
                details);
    }

    /** It didn't even leave who sent it. @param end what its socket was told @param drops that the kernel told of it */
    Ending atSender(Place from, Flow asked, Attempt.End end, KernelDrops drops) {
        Ip to = asked.destination().ip();
        List<String> route = new ArrayList<>();
        Optional<String> taken = kernel.routeOfSender(asked);
        taken.ifPresent(route::add);
        if (!from.isPod()) {
            kernel.link(from.node(), scene.uplink()).map(Device::text).ifPresent(route::add);
        }
        route.addAll(drops.details());
        return switch (end) {
            case TOO_LONG ->
                new Ending("no packet left: its own kernel knows that one so long doesn't get to " + to, route);
            case ANSWERED, REFUSED, UNREACHABLE, SILENT ->
                new Ending(
                        "no packet left: "
                                + drops.best()
                                        .filter(KernelDrop::isOfNeighbour)
                                        .map(_ -> "nobody answers for " + next(taken, to) + " on this link")
                                        .or(() -> drops.why(from.isPod() ? from.pod() : from.node()))
                                        .orElse("nobody answers for " + to + " on this link, or there is no route"),
                        route);
        };
    }

    /** To whom a route hands a packet: the address behind {@code via}, or its destination. @param route as {@code ip route get} prints it */
    private static String next(Optional<String> route, Ip destination) {
        List<String> words = List.of(route.orElse("").split("\\s+"));
        int via = words.indexOf("via");
        return via < 0 || via + 1 == words.size() ? destination.toString() : words.get(via + 1);
    }
}
