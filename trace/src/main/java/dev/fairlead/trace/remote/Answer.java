package dev.fairlead.trace.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.Sight;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.util.List;
import java.util.Optional;

/**
 * What is answered to a {@link Question}, a line of JSON each: {@code {"clock":1764187200000000000,"armed":true}}. Which of these it is
 * follows from the question. Each says what the node's clock is.
 */
sealed interface Answer {

    record Armed() implements Answer {}

    /** To await. */
    record Sights(List<Sight> sights) implements Answer {
        public Sights {
            sights = List.copyOf(sights);
        }
    }

    /** To finish. */
    record Found(Findings findings) implements Answer {}

    /** Empty where there is none. */
    record Route(Optional<Taken> route) implements Answer {}

    /** Of a rule, a neighbour, or a sender's own route; empty where there is none. */
    record Text(Optional<String> text) implements Answer {}

    /** Instead of any other one. */
    record Refused(String why) implements Answer {}

    /** An answer as it came. @param clockNs of the node, in nanoseconds since 1970 */
    record Read(long clockNs, Answer answer) {}

    static String refusal(RuntimeException why) {
        return begun().put("refused", String.valueOf(why.getMessage())).toString();
    }

    private static ObjectNode begun() {
        return JsonNodeFactory.instance.objectNode().put("clock", Clock.sinceEpoch());
    }

    /** @param watch what is armed */
    default String line(Watch watch) {
        ObjectNode json = begun();
        switch (this) {
            case Armed() -> json.put("armed", true);
            case Sights seen -> json.set("sights", WireValues.sights(seen.sights, watch));
            case Found found -> json.set("found", WireValues.of(found.findings, watch));
            case Route route ->
                route.route.ifPresentOrElse(is -> json.set("route", WireValues.of(is)), () -> json.putNull("route"));
            case Text text -> text.text.ifPresentOrElse(is -> json.put("text", is), () -> json.putNull("text"));
            case Refused refused -> json.put("refused", refused.why);
        }
        return json.toString();
    }

    /** @throws EyesException when it is none to that question */
    static Read read(String line, Question question, Watch watch) {
        WireObject json = WireObject.read(line, "answer");
        Answer answer = json.has("refused")
                ? new Refused(json.text("refused"))
                : switch (question) {
                    case Question.Arm _ -> armed(json);
                    case Question.Await _ -> new Sights(WireValues.sights(json, "sights", watch));
                    case Question.Finish _ ->
                        new Found(json.object("found").made(found -> WireValues.findings(found, watch)));
                    case Question.Route _ -> route(json);
                    case Question.Rule _, Question.OwnRoute _, Question.Unanswered _ -> text(json);
                };
        return new Read(json.number("clock", 0, Long.MAX_VALUE), answer);
    }

    private static Answer armed(WireObject json) {
        if (!json.flag("armed")) {
            throw json.wrong("neither a yes nor a refusal");
        }
        return new Armed();
    }

    private static Answer route(WireObject json) {
        return new Route(
                isNone(json, "route")
                        ? Optional.empty()
                        : Optional.of(json.object("route").made(WireValues::taken)));
    }

    private static boolean isNone(WireObject json, String field) {
        return json.has(field) && json.json().path(field).isNull();
    }

    private static Answer text(WireObject json) {
        return new Text(isNone(json, "text") ? Optional.empty() : Optional.of(json.text("text")));
    }
}
