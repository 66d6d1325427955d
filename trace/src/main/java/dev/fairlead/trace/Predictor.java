package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.plan.services.ServicePlan;
import dev.fairlead.trace.End.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says which way a packet would go, and its answer, from the plans alone: nothing is asked of any kernel. What becomes of a
 * Service's address is decided by {@link ServicePlan#decide(Flow)}, the way to other nodes by {@link NodeRoutes#plan}; the
 * order of things is the kernel's.
 *
 * <p>An ICMP error is told with the addresses of the answer in whose place it comes, those of the packet that it quotes turned
 * round; the kernel sends it from an address of the node.
 *
 * <p>It doesn't know what the plans don't: routes that a node has beside Fairlead's, host ports, rules of others, and who
 * listens. Confined to one thread: it keeps each node's plans from the first time it needs them.
 */
public final class Predictor {
    private final Scene scene;
    private final Map<String, NodeView> nodes = new HashMap<>();

    public Predictor(Scene scene) {
        this.scene = scene;
    }

    private NodeView node(String name) {
        return nodes.computeIfAbsent(name, unseen -> NodeView.of(scene, unseen));
    }

    /**
     * The flow as {@code from} would send it: with the source address that its kernel would choose, and port 0, which stands for
     * any.
     *
     * @throws IllegalArgumentException when it has no address of that family, or its node isn't in the picture
     */
    public Flow flow(Place from, Protocol protocol, IpPort to) {
        return new Flow(protocol, new IpPort(source(from, to.ip()), 0), to);
    }

    private Ip source(Place from, Ip to) {
        NodeView here = node(from.node());
        boolean toItself = to.isLoopback() || (from.isPod() ? from.ips().contains(to) : here.isOwn(to));
        if (toItself) {
            return to;
        }
        Optional<Ip> source = from.isPod()
                ? from.ips().stream().filter(ip -> ip.family() == to.family()).findFirst()
                : here.source(here.way(to), to.family());
        return source.orElseThrow(() -> new IllegalArgumentException(
                Wording.named(from.object()) + " can't send to " + to + ": it has no address of this family, only "
                        + from.ips() + "; ask another address of the other side"));
    }

    /**
     * The way of a connection's first packet, and of the first that comes back. Of a Service's endpoints it takes the first; the
     * others are {@link Prediction#choices}.
     *
     * @param from who sends: a pod, or a node, which stands for its pods with {@code hostNetwork} too
     * @param asked from an address of {@code from}; source port 0 stands for any
     * @throws IllegalArgumentException when the source address isn't of {@code from}, or its node isn't in the picture
     */
    public Prediction predict(Place from, Flow asked) {
        return predict(from, asked, Optional.empty());
    }

    /**
     * As {@link #predict(Place, Flow)}, to the endpoint that was really chosen. One that isn't of the plan is left aside: then
     * prediction and observation differ, as they should.
     */
    public Prediction predict(Place from, Flow asked, IpPort chosen) {
        return predict(from, asked, Optional.of(chosen));
    }

    private Prediction predict(Place from, Flow asked, Optional<IpPort> chosen) {
        requireOwnSource(from, asked);
        RequestHooks hooks = new RequestHooks(chosen);
        Walk there = new Walk(asked);
        End end = new Journey(this::node, hooks, there).from(from);
        List<Hop> back = reply(from, there.flow().reply(), end, hooks);
        boolean late = end.answer() == Answer.LATE_ERROR;
        return new Prediction(there.hops(), back, hooks.choices(), end.outcome(), end.reason(), late);
    }

    private List<Hop> reply(Place client, Flow flow, End end, RequestHooks request) {
        String opening = end.answer().isError()
                ? "an ICMP error comes from " + end.place().node() + ": "
                : "";
        Walk back = new Walk(flow, opening);
        Journey journey = new Journey(this::node, new ReplyHooks(request.memories(), client, end.answer()), back);
        boolean answered = end.answer() != Answer.NOBODY && end.answer() != Answer.SENDER;
        boolean sameNode = client.isPod() && client.node().equals(end.place().node());
        if (end.answer() == Answer.RESET && sameNode) {
            journey.reset(client);
        } else if (answered) {
            var unused = journey.from(end.place());
        }
        return back.hops();
    }

    private void requireOwnSource(Place from, Flow asked) {
        Ip source = asked.source().ip();
        Ip to = asked.destination().ip();
        boolean own = from.isPod()
                ? from.ips().contains(source) || (source.isLoopback() && to.isLoopback())
                : node(from.node()).isOwn(source);
        if (!own) {
            throw new IllegalArgumentException(
                    "the way of " + asked + " can't be predicted from " + Wording.named(from.object()) + ": " + source
                            + " isn't its address, so the answer would go elsewhere");
        }
    }
}
