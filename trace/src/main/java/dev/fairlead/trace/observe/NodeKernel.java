package dev.fairlead.trace.observe;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.Traces;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.NextHop;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteLookup;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.trace.observe.NodeFacts.Remembered;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/** The kernel of one node as a trace needs it: rules are traced from the start, all else is asked afterwards. Confined to one thread. */
final class NodeKernel implements AutoCloseable {
    private final String node;
    private final Netns netns;
    private final RuleTrace rules;
    private final Map<Integer, Link> links = new LinkedHashMap<>();

    private NodeKernel(String node, Netns netns, RuleTrace rules) {
        this.node = node;
        this.netns = netns;
        this.rules = rules;
    }

    static NodeKernel arm(Netns netns, Watch watch) {
        return new NodeKernel(watch.node(), netns, RuleTrace.arm(netns, watch));
    }

    /**
     * What was told of the connection.
     *
     * @param met as its packets looked on this node's devices
     * @param asked as it was sent
     * @param drops what was told beside
     */
    NodeFacts facts(Collection<Flow> met, Flow asked, KernelDrops drops) {
        Traces.Heard heard = rules.heard();
        List<Pass> passes = passes(heard.steps(), asked);
        SequencedSet<Flow> looks = new LinkedHashSet<>(met);
        passes.forEach(pass -> looks.add(pass.packet().flow()));
        List<Device> devices = links.values().stream().map(Device::of).toList();
        return new NodeFacts(node, passes, remembered(looks), devices, drops, heard.lost());
    }

    /**
     * A chain's first step has the packet's headers, the others have not. What a rule sends, a reset, goes its way before that rule
     * is told, so steps of several packets may be mixed.
     */
    private List<Pass> passes(List<TraceEvent> steps, Flow asked) {
        readLinks();
        List<List<TraceEvent>> begun = new ArrayList<>();
        Map<Long, List<TraceEvent>> last = new LinkedHashMap<>();
        for (TraceEvent step : steps) {
            if (!step.networkHeader().isEmpty() || !last.containsKey(step.id())) {
                List<TraceEvent> pass = new ArrayList<>();
                begun.add(pass);
                last.put(step.id(), pass);
            }
            last.get(step.id()).add(step);
        }
        return begun.stream().flatMap(pass -> pass(pass, asked).stream()).toList();
    }

    private Optional<Pass> pass(List<TraceEvent> steps, Flow asked) {
        TraceEvent first = steps.getFirst();
        return PacketReader.read(first, asked.reply())
                .map(packet -> new Pass(
                        packet,
                        name(first.inputInterface()),
                        name(first.outputInterface()),
                        steps.stream().map(Step::of).toList()));
    }

    /** Empty for none. */
    private String name(int index) {
        Link link = links.get(index);
        return link == null ? "" : link.name();
    }

    private Optional<Link> link(String device) {
        return links.values().stream()
                .filter(link -> link.name().equals(device))
                .findFirst();
    }

    private void readLinks() {
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            for (Link link : rtnetlink.links().list()) {
                links.put(link.index(), link);
            }
        }
    }

    private List<Remembered> remembered(Collection<Flow> looks) {
        SequencedSet<Remembered> found = new LinkedHashSet<>();
        try (Conntrack conntrack = Conntrack.open(netns)) {
            for (Flow flow : looks) {
                conntrack.find(Tuples.of(flow)).flatMap(NodeKernel::remembered).ifPresent(found::add);
            }
        }
        return List.copyOf(found);
    }

    /** Empty for what is neither between ports nor an echo. */
    private static Optional<Remembered> remembered(dev.fairlead.kernel.conntrack.Flow entry) {
        return Tuples.flow(entry.original())
                .flatMap(original -> Tuples.flow(entry.reply()).map(reply -> new Remembered(original, reply)));
    }

    /** As {@link Eyes#route}. */
    Optional<Taken> route(Flow packet, String in) {
        Ip to = packet.destination().ip();
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            RouteLookup lookup = RouteLookup.to(to);
            if (!in.isEmpty()) {
                lookup = lookup.from(packet.source().ip())
                        .arrivingOn(rtnetlink.links().require(in).index());
            }
            Route route = rtnetlink.routes().lookUpEntry(lookup);
            Optional<NextHop> hop = route.hops().stream().findFirst();
            return Optional.of(new Taken(
                    route.text(rtnetlink.links().names()),
                    hop.map(next -> name(next.device())).orElse(""),
                    hop.filter(NextHop::hasGateway).map(NextHop::gateway).orElse(to)));
        } catch (KernelException e) {
            return Optional.empty(); // no route is an answer too
        }
    }

    /** As {@link Eyes#ownRoute}, of any namespace. */
    static Optional<String> resolved(Netns netns, Flow packet) {
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            return Optional.of(rtnetlink
                    .routes()
                    .lookUp(packet.destination().ip())
                    .text(rtnetlink.links().names())
                    .replaceAll("\\s+", " ")
                    .strip());
        } catch (KernelException e) {
            return Optional.empty();
        }
    }

    /** As {@link Eyes#unanswered}. */
    Optional<String> unanswered(Taken route) {
        Optional<Link> link = link(route.device());
        if (link.isEmpty()) {
            return Optional.empty();
        }
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            return rtnetlink.neighbours().list(route.next().family(), link.get().index()).stream()
                    .filter(neighbour -> neighbour.address().equals(route.next()) && !neighbour.hasMac())
                    .findFirst()
                    .map(neighbour -> neighbour.text(rtnetlink.links().names()));
        }
    }

    Optional<String> rule(Step step) {
        try (Nftables nftables = Nftables.open(netns)) {
            Optional<Ruleset> table = nftables.read(step.family(), step.table());
            return table.stream()
                    .flatMap(there -> there.chains().stream())
                    .flatMap(chain -> chain.rules().stream())
                    .filter(rule -> rule.handle() == step.rule())
                    .map(rule -> rule.text() + " # handle " + step.rule())
                    .findFirst();
        }
    }

    @Override
    public void close() {
        rules.close();
    }
}
