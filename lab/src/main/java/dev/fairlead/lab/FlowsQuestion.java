package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.FlowEvent;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.trace.flows.Connection;
import dev.fairlead.trace.flows.ConnectionFilter;
import dev.fairlead.trace.flows.Connections;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What {@code flows} asks of a running lab, both sides of it. Any thread. */
public final class FlowsQuestion {
    /** How long one question waits for something to tell. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Lab lab;
    private final Map<Long, FlowsFollowing> followings = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    FlowsQuestion(Lab lab) {
        this.lab = lab;
    }

    /** The command's side: what there is now. */
    public static ObjectNode of(ConnectionFilter filter) {
        return LabCaller.request("flows")
                .put("namespace", filter.namespace())
                .put("pod", filter.pod())
                .put("service", filter.service())
                .put("verdict", filter.verdict());
    }

    /** The same, and then {@link #next} tells what happens. The answer has a {@code cursor}. */
    public static ObjectNode following(ConnectionFilter filter) {
        return of(filter).put("follow", true);
    }

    /** What happened since; none when nothing has for a second. */
    public static ObjectNode next(ConnectionFilter filter, long cursor) {
        return of(filter).put("cursor", cursor);
    }

    /** The lab's side. */
    ObjectNode answer(JsonNode request) {
        ConnectionFilter filter = new ConnectionFilter(
                request.path("namespace").asText(),
                request.path("pod").asText(),
                request.path("service").asText(),
                request.path("verdict").asText());
        followings.values().removeIf(FlowsFollowing::isForgotten);
        if (request.has("cursor")) {
            return since(request.path("cursor").asLong(), filter);
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        TraceStage stage = TraceStage.of(lab);
        if (request.path("follow").asBoolean()) {
            long cursor = last.incrementAndGet();
            followings.put(
                    cursor, FlowsFollowing.start(stage.namespaces())); // before the list, so that nothing is missed
            answer.put("cursor", cursor);
        }
        Connections connections = new Connections(stage.scene());
        ArrayNode flows = answer.putArray("flows");
        stage.namespaces().forEach((node, netns) -> {
            try (Conntrack conntrack = Conntrack.open(netns)) {
                for (Flow flow : conntrack.list()) {
                    connections
                            .of(node, flow)
                            .filter(filter)
                            .map(Connection::json)
                            .ifPresent(flows::add);
                }
            }
        });
        return answer;
    }

    private ObjectNode since(long cursor, ConnectionFilter filter) {
        FlowsFollowing following = followings.get(cursor);
        if (following == null) {
            throw new LabRefusal("the lab no longer follows flows for this command; start it again");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("cursor", cursor);
        ArrayNode flows = answer.putArray("flows");
        var told = following.await(PATIENCE);
        if (told.isEmpty()) {
            return answer;
        }
        Connections connections = new Connections(TraceStage.of(lab).scene());
        long lost = 0;
        for (FlowsFollowing.Told one : told) {
            switch (one.event()) {
                case FlowEvent.Begun(Flow flow) -> add(flows, "new", one.node(), flow, connections, filter);
                case FlowEvent.Changed(Flow flow) -> add(flows, "update", one.node(), flow, connections, filter);
                case FlowEvent.Ended(Flow flow) -> add(flows, "end", one.node(), flow, connections, filter);
                case FlowEvent.Lost() -> lost++;
            }
        }
        return answer.put("lostEvents", lost);
    }

    private static void add(
            ArrayNode flows, String event, String node, Flow flow, Connections connections, ConnectionFilter filter) {
        connections
                .of(node, flow)
                .filter(filter)
                .ifPresent(connection -> flows.add(connection.json().put("event", event)));
    }
}
