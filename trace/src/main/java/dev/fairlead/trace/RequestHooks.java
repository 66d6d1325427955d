package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.services.Decision;
import dev.fairlead.trace.End.Answer;
import dev.fairlead.trace.Walk.At;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The hooks as the first packet of a connection meets them: each node's Service plan decides. Confined to one prediction. */
final class RequestHooks implements Hooks {
    private final Optional<IpPort> chosen;
    private final Map<String, Memory> memories = new HashMap<>();
    private List<IpPort> choices = List.of();
    private Optional<String> receiver = Optional.empty();
    private boolean masquerade;

    /** @param chosen the endpoint that was really chosen, where one was seen */
    RequestHooks(Optional<IpPort> chosen) {
        this.chosen = chosen;
    }

    @Override
    public Optional<End> first(NodeView here, Walk walk, Origin origin) {
        Flow flow = walk.flow();
        At at = new At(here.name(), "", "");
        return switch (here.services().decide(flow)) {
            case Decision.Pass pass -> Optional.empty();
            case Decision.Dnat dnat -> {
                translate(here, walk, dnat);
                yield Optional.empty();
            }
            case Decision.Reject reject -> {
                walk.passes(at, Event.DROPPED, NatWording.rejected(here, flow, reject));
                Answer answer = flow.protocol() == Protocol.TCP ? Answer.RESET : Answer.ERROR;
                yield Optional.of(new End(answer, here.place(), NatWording.reason(here, flow, reject)));
            }
            case Decision.Drop drop -> {
                walk.passes(at, Event.DROPPED, NatWording.dropped(here, flow, drop));
                yield Optional.of(
                        new End(Answer.NOBODY, here.place(), drop.reason() + "; ask the address of a Service"));
            }
        };
    }

    private void translate(NodeView here, Walk walk, Decision.Dnat dnat) {
        Decision.Target target = dnat.targets().stream()
                .filter(t -> chosen.isPresent() && t.backend().equals(chosen.get()))
                .findFirst()
                .orElse(dnat.targets().getFirst());
        List<IpPort> others = new ArrayList<>();
        dnat.targets().forEach(t -> others.add(t.backend()));
        others.remove(target.backend());
        choices = List.copyOf(others);
        masquerade = target.masquerade();
        receiver = NatWording.endpoint(here, dnat.frontend(), target.backend())
                .map(Endpoint::target)
                .filter(pod -> !pod.isEmpty())
                .map(pod -> "pod/" + pod);
        Flow after = new Flow(walk.flow().protocol(), walk.flow().source(), target.backend());
        Memory memory = new Memory(walk.flow(), after.reply());
        memories.put(here.name(), memory);
        walk.becomes(
                new At(here.name(), "", ""), Event.DNAT, after, NatWording.dnat(here, dnat, target.backend(), memory));
    }

    @Override
    public void last(NodeView here, Way way, Walk walk) {
        Memory memory = memories.get(here.name());
        Optional<Ip> source = here.source(way, walk.flow().family());
        if (!masquerade || memory == null || way instanceof Way.Local || source.isEmpty()) {
            return;
        }
        Flow before = walk.flow();
        // Fully random: which port it gets is known when it happened, and not before.
        Flow after = new Flow(before.protocol(), new IpPort(source.get(), 0), before.destination());
        Memory now = new Memory(memory.original(), after.reply());
        memories.put(here.name(), now);
        walk.becomes(new At(here.name(), "", ""), Event.SNAT, after, NatWording.snat(here, before, now));
    }

    @Override
    public Optional<String> receiver() {
        return receiver;
    }

    @Override
    public String delivered(Flow flow) {
        return flow.protocol().hasPorts()
                ? "delivered to port " + flow.destination().port()
                : "delivered: the kernel answers an echo request itself, no program has to listen";
    }

    /** Where it could have gone as well. */
    List<IpPort> choices() {
        return choices;
    }

    /** What the nodes that translated remember, by node. */
    Map<String, Memory> memories() {
        return Map.copyOf(memories);
    }
}
