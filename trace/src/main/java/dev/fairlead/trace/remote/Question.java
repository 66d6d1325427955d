package dev.fairlead.trace.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.time.Duration;

/** What can be asked over a connection, a line of JSON each: {@code {"ask":"await","millis":500}}. The first one is to arm. */
sealed interface Question {
    /** A server doesn't wait longer than this for packets, so that it notices soon when nobody is there to be told of them. */
    Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** As {@link dev.fairlead.trace.observe.Eyes.Opening#open}. */
    record Arm(Watch watch) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#await}. */
    record Await(Duration patience) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#finish}. */
    record Finish(Flow asked) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#route}. */
    record Route(Flow packet, String in) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#rule}. */
    record Rule(Step step) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#ownRoute}. */
    record OwnRoute(Flow packet, String pod) implements Question {}

    /** As {@link dev.fairlead.trace.observe.Eyes#unanswered}. */
    record Unanswered(Taken route) implements Question {}

    default String line() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case Arm arm -> json.put("ask", "arm").set("watch", WireValues.of(arm.watch));
            case Await await -> json.put("ask", "await").put("millis", await.patience.toMillis());
            case Finish finish -> json.put("ask", "finish").set("asked", WireValues.flow(finish.asked));
            case Route route ->
                json.put("ask", "route").put("in", route.in).set("packet", WireValues.flow(route.packet));
            case OwnRoute route ->
                json.put("ask", "ownRoute").put("pod", route.pod).set("packet", WireValues.flow(route.packet));
            case Unanswered unanswered -> json.put("ask", "unanswered").set("route", WireValues.of(unanswered.route));
            case Rule rule -> json.put("ask", "rule").set("step", WireValues.of(rule.step));
        }
        return json.toString();
    }

    /** @throws EyesException when it is none */
    static Question read(String line) {
        WireObject json = WireObject.read(line, "question");
        return switch (json.text("ask")) {
            case "arm" -> new Arm(json.object("watch").made(WireValues::watch));
            case "await" -> new Await(Duration.ofMillis(json.number("millis", 0, LONGEST_WAIT.toMillis())));
            case "finish" -> new Finish(json.flow("asked"));
            case "route" -> new Route(json.flow("packet"), json.text("in"));
            case "ownRoute" -> new OwnRoute(json.flow("packet"), json.text("pod"));
            case "unanswered" -> new Unanswered(json.object("route").made(WireValues::taken));
            case "rule" -> new Rule(json.object("step").made(WireValues::step));
            default -> throw json.wrong("nothing that can be asked");
        };
    }
}
