package dev.fairlead.trace;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Flow;
import java.util.List;
import java.util.TreeMap;

/** Traces and predictions as {@code --json} prints them. */
public final class TraceJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TraceJson() {}

    public static ObjectNode of(Trace trace) {
        ObjectNode json = JSON.objectNode();
        json.put("from", trace.from()).put("to", trace.to()).set("flow", of(trace.flow()));
        json.set("request", hops(trace.request()));
        json.set("reply", hops(trace.reply()));
        json.set("predicted", of(trace.predicted()));
        ArrayNode notes = json.putArray("notes");
        trace.notes().forEach(notes::add);
        ObjectNode unwatched = json.putObject("unwatched");
        new TreeMap<>(trace.unwatched()).forEach(unwatched::put);
        return json.put("agree", trace.agree())
                .put("lostEvents", trace.lostEvents())
                .put("verdict", trace.verdict());
    }

    public static ObjectNode of(Prediction prediction) {
        ObjectNode json = JSON.objectNode();
        json.set("request", hops(prediction.request()));
        json.set("reply", hops(prediction.reply()));
        ArrayNode choices = json.putArray("choices");
        prediction.choices().forEach(choice -> choices.add(choice.toString()));
        return json.put("outcome", prediction.outcome().toString().toLowerCase(java.util.Locale.ROOT))
                .put("reason", prediction.reason());
    }

    private static ArrayNode hops(List<Hop> hops) {
        ArrayNode array = JSON.arrayNode();
        hops.forEach(hop -> array.add(of(hop)));
        return array;
    }

    private static ObjectNode of(Hop hop) {
        ObjectNode json = JSON.objectNode();
        json.put("node", hop.node())
                .put("netns", hop.netns())
                .put("device", hop.device())
                .put("event", hop.event().toString());
        json.set("before", of(hop.before()));
        json.set("after", of(hop.after()));
        ArrayNode objects = json.putArray("objects");
        hop.objects().forEach(objects::add);
        if (hop.tNs().isPresent()) {
            json.put("tNs", hop.tNs().getAsLong());
        } else {
            json.putNull("tNs");
        }
        json.put("text", hop.text());
        ArrayNode details = json.putArray("details");
        hop.details().forEach(details::add);
        return json;
    }

    /** An echo's ends have no ports, and it has an {@code id} where that is known. */
    public static ObjectNode of(Flow flow) {
        ObjectNode json = JSON.objectNode().put("protocol", flow.protocol().toString());
        if (flow.protocol().hasPorts()) {
            return json.put("source", flow.source().toString())
                    .put("destination", flow.destination().toString());
        }
        json.put("source", flow.source().ip().toString())
                .put("destination", flow.destination().ip().toString());
        int id = flow.source().port() + flow.destination().port(); // one of them is 0
        return id == 0 ? json : json.put("id", id);
    }
}
