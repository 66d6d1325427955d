package dev.fairlead.trace.observe;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What kernels say is asked of the eyes of the node that it is about. A node that isn't watched, or stops to answer, says nothing;
 * only that it runs is known without it. Confined to one thread.
 */
final class AskedEyes implements KernelAnswers {
    private final Stage stage;
    private final Aim aim;
    private final Map<String, Eyes> eyes;
    private final Map<String, NodeFacts> facts = new LinkedHashMap<>();

    /** @param eyes of the nodes that are watched @param facts that they told */
    AskedEyes(Stage stage, Aim aim, Map<String, Eyes> eyes, List<NodeFacts> facts) {
        this.stage = stage;
        this.aim = aim;
        this.eyes = eyes;
        facts.forEach(node -> this.facts.put(node.node(), node));
    }

    /** @param instead what to say where the node doesn't answer */
    private <T> Optional<T> ask(
            String node, Function<Eyes, Optional<T>> question, Function<EyesException, Optional<T>> instead) {
        try {
            return Optional.ofNullable(eyes.get(node)).flatMap(question);
        } catch (EyesException e) {
            return instead.apply(e);
        }
    }

    @Override
    public Optional<Taken> route(String node, Flow packet, String in) {
        return ask(
                node,
                there -> there.route(packet, in),
                why -> Optional.of(new Taken(
                        "not known, since " + why.getMessage(),
                        "",
                        packet.destination().ip())));
    }

    @Override
    public Optional<String> unanswered(String node, Taken route) {
        return ask(node, there -> there.unanswered(route), _ -> Optional.empty());
    }

    @Override
    public Optional<String> routeOfSender(Flow packet) {
        Place from = aim.from();
        String pod = stage.devices().stream()
                .map(device -> device.spot().pod())
                .filter(name -> from.isPod() && name.equals(from.pod()))
                .findFirst()
                .orElse("");
        try {
            return ask(from.node(), there -> there.ownRoute(packet, pod), _ -> Optional.empty());
        } catch (KernelException e) {
            return Optional.empty(); // the pod has ended meanwhile, and its namespace with it
        }
    }

    @Override
    public boolean isRunning(String node) {
        return stage.nodes().containsKey(node);
    }

    @Override
    public Optional<Device> link(String node, String device) {
        return Optional.ofNullable(facts.get(node))
                .flatMap(there -> there.devices().stream()
                        .filter(one -> one.name().equals(device))
                        .findFirst());
    }

    @Override
    public Optional<String> rule(String node, Step step) {
        return ask(
                node,
                there -> there.rule(step),
                why -> Optional.of("rule handle " + step.rule() + ", which is not known, since " + why.getMessage()));
    }
}
