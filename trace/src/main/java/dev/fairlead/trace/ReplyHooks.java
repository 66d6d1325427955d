package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.trace.End.Answer;
import dev.fairlead.trace.Walk.At;
import java.util.Map;
import java.util.Optional;

/**
 * The hooks as an answer meets them: no rule is asked, the nodes that translated undo it from what they remember. An ICMP error
 * is treated as the answer whose place it takes; the kernel translates it by the packet that it quotes.
 *
 * @param memories by node
 * @param client who asked
 * @param answer what comes back
 */
record ReplyHooks(Map<String, Memory> memories, Place client, Answer answer) implements Hooks {

    ReplyHooks {
        memories = Map.copyOf(memories);
    }

    @Override
    public Optional<End> first(NodeView here, Walk walk, Origin origin) {
        Memory memory = memories.get(here.name());
        if (memory != null
                && memory.snat()
                && walk.flow().destination().equals(memory.reply().destination())) {
            Flow after = new Flow(
                    walk.flow().protocol(),
                    walk.flow().source(),
                    memory.original().source());
            walk.becomes(new At(here.name(), "", ""), Event.UNSNAT, after, NatWording.unsnat(here, memory));
        }
        return Optional.empty();
    }

    @Override
    public void last(NodeView here, Way way, Walk walk) {
        Memory memory = memories.get(here.name());
        if (memory != null
                && memory.dnat()
                && walk.flow().source().equals(memory.reply().source())) {
            Flow after = new Flow(
                    walk.flow().protocol(),
                    memory.original().destination(),
                    walk.flow().destination());
            walk.becomes(
                    new At(here.name(), "", ""),
                    Event.UNDNAT,
                    after,
                    NatWording.undnat(here, memory, NatWording.owner(here, memory.original())));
        }
    }

    @Override
    public Optional<String> receiver() {
        return Optional.of(client.object());
    }

    @Override
    public String delivered(Flow flow) {
        String from = Wording.source(flow);
        return switch (answer) {
            case RESET -> "delivered: the client's connection to " + from + " is refused";
            case ERROR, LATE_ERROR -> "delivered: the client is told that " + from + " can't be reached";
            case RECEIVER, SENDER, NOBODY -> "delivered: the client sees an answer from " + from;
        };
    }
}
