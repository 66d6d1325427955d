package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Prediction;
import dev.fairlead.trace.Predictor;
import dev.fairlead.trace.Trace;
import dev.fairlead.trace.TraceJson;
import dev.fairlead.trace.TraceReport;
import dev.fairlead.trace.TraceText;
import dev.fairlead.trace.observe.Aim;
import dev.fairlead.trace.observe.Attempt;
import dev.fairlead.trace.observe.CaptureFile;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Observation;
import dev.fairlead.trace.observe.Observed;
import dev.fairlead.trace.observe.Verdict;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What {@code trace} and {@code explain} ask of a running lab, both sides of it. */
public final class TraceQuestion {
    /** For the answer to a connection that somebody else made. */
    private static final Duration LIVE_ANSWER = Duration.ofSeconds(2);

    private final TraceStage stage;
    private final Predictor predictor;
    private final Protocol protocol;
    private final Place from;
    private final TraceTargets.Target to;
    private final BooleanSupplier gone;

    private TraceQuestion(
            TraceStage stage, Protocol protocol, Place from, TraceTargets.Target to, BooleanSupplier gone) {
        this.stage = stage;
        this.predictor = new Predictor(stage.scene());
        this.protocol = protocol;
        this.from = from;
        this.to = to;
        this.gone = gone;
    }

    /**
     * What a person asked for.
     *
     * @param from who is to connect
     * @param to to whom
     * @param timeout how long to wait for an answer
     * @param protocol TCP, UDP, or ICMP for an echo request, which stands for ICMPv6 too
     * @param size how many bytes a datagram or an echo request carries, sent whole or not at all; 0 for a line of text, and for TCP
     * @param columns how wide the answer's text may be
     * @param mechanisms whether it says how each thing works
     * @param live whether to send nothing and take the next connection of somebody else; the timeout is then for that one
     * @param capture whether to answer a capture file too
     */
    public record Wish(
            String from,
            String to,
            Protocol protocol,
            Duration timeout,
            int size,
            int columns,
            boolean mechanisms,
            boolean live,
            boolean capture) {}

    /** The command's side. @param command {@code trace} or {@code explain} */
    public static ObjectNode of(String command, Wish wish) {
        return LabCaller.request(command)
                .put("from", wish.from())
                .put("to", wish.to())
                .put("protocol", wish.protocol().toString())
                .put("timeoutMs", wish.timeout().toMillis())
                .put("size", wish.size())
                .put("columns", wish.columns())
                .put("mechanisms", wish.mechanisms())
                .put("live", wish.live())
                .put("capture", wish.capture());
    }

    /**
     * The lab's side: an object as {@code --json} prints it, and {@code text} as a person reads it.
     *
     * @param gone whether nobody waits for the answer any more: then nothing is kept armed for it
     * @throws LabRefusal when it isn't clear who is meant, or the kernel lacks something
     */
    static ObjectNode answer(Lab lab, JsonNode request, BooleanSupplier gone) {
        TraceStage stage = TraceStage.of(lab);
        TraceTargets targets = new TraceTargets(lab.picture(), stage);
        Protocol asked = Protocol.named(request.path("protocol").asText()).orElse(Protocol.TCP);
        Place from = targets.from(request.path("from").asText());
        TraceTargets.Target to = targets.to(request.path("to").asText(), asked, from);
        TraceQuestion question =
                new TraceQuestion(stage, asked.in(to.address().ip().family()), from, to, gone);
        TraceText text = new TraceText(
                request.path("columns").asInt(), request.path("mechanisms").asBoolean());
        if (request.path("command").asText().equals("explain")) {
            return question.explain(text);
        }
        Duration timeout = Duration.ofMillis(request.path("timeoutMs").asLong());
        try {
            Found found = request.path("live").asBoolean()
                    ? question.live(timeout)
                    : question.send(timeout, request.path("size").asInt());
            ObjectNode answer = TraceJson.of(found.trace()).put("text", new TraceReport(found.trace()).text(text));
            if (request.path("capture").asBoolean()) {
                answer.put("capture", CaptureFile.of(found.seen())); // Jackson writes bytes as base64
            }
            return answer;
        } catch (KernelException | EyesException | UncheckedIOException e) {
            throw new LabRefusal("the packet could not be traced: " + e.getMessage());
        }
    }

    /** A trace and what it is made of. */
    private record Found(Trace trace, Observed seen) {}

    private ObjectNode explain(TraceText text) {
        Prediction prediction = predictor.predict(from, unsent());
        String who = from.pod().isEmpty() ? from.object() : from.pod();
        return TraceJson.of(prediction).put("text", text.prediction(who, to.name(), prediction));
    }

    /** Port 0 stands for one that nobody has chosen yet. */
    private Flow unsent() {
        try {
            return predictor.flow(from, protocol, to.address());
        } catch (IllegalArgumentException e) {
            throw new LabRefusal(String.valueOf(e.getMessage()));
        }
    }

    private Netns namespace() {
        return Optional.ofNullable(stage.pods().get(from.pod()))
                .filter(_ -> from.isPod())
                .or(() -> Optional.ofNullable(stage.nodes().get(from.node()))
                        .filter(_ -> !from.isPod())
                        .map(LabNode::sandbox))
                .map(Sandbox::netns)
                .orElseThrow(() -> new LabRefusal(from.object() + " does not run any more"));
    }

    /** @param size of a datagram or an echo request, 0 for a line of text */
    private Found send(Duration timeout, int size) {
        Ip source = unsent().source().ip();
        try (Attempt attempt = Attempt.prepare(namespace(), new Attempt.Kind(protocol, size), source, to.address());
                Observation observation = arm(attempt.flow())) {
            Attempt.Outcome outcome = attempt.make(timeout, gone);
            Observed seen = observation.finish(outcome.end());
            return found(attempt.flow(), seen, outcome, new Waited(timeout, "; --timeout 5 is enough"));
        }
    }

    /** Sends nothing: the next connection that somebody else makes is it. */
    private Found live(Duration timeout) {
        try (Observation observation = arm(unsent())) {
            if (!observation.awaitFirst(timeout, gone)) {
                boolean echo = !protocol.hasPorts();
                throw new LabRefusal("nobody " + (echo ? "sent an echo request" : "connected") + " from "
                        + from.object()
                        + " to " + to.name() + " (" + (echo ? to.address().ip() : to.address()) + ") in "
                        + timeout.toSeconds() + " s");
            }
            observation.awaitAnswer(LIVE_ANSWER);
            Observed seen = observation.finish(Attempt.End.SILENT);
            return found(observation.flow(), seen, seen.outcome(LIVE_ANSWER), new Waited(LIVE_ANSWER, ""));
        }
    }

    private Observation arm(Flow flow) {
        List<IpPort> targets = targets(flow, predictor.predict(from, flow));
        List<Place> ends = new ArrayList<>();
        ends.add(from);
        targets.forEach(target -> stage.scene().holder(target.ip()).ifPresent(ends::add));
        return Observation.arm(stage.watching(ends), new Aim(from, flow, targets, masks(flow, targets)));
    }

    /** What the client looks like behind a node that masquerades for it. */
    private List<Ip> masks(Flow flow, List<IpPort> targets) {
        return targets.stream()
                .flatMap(target -> predictor.predict(from, flow, target).request().stream())
                .filter(hop -> hop.event() == Event.SNAT)
                .filter(hop -> !hop.node().equals(from.node())) // there it is known by what conntrack remembers
                .map(hop -> hop.after().source().ip())
                .distinct()
                .toList();
    }

    /** How long an answer was waited for, where none came. @param advice what to do where that was too short */
    private record Waited(Duration time, String advice) {}

    private Found found(Flow flow, Observed seen, Attempt.Outcome outcome, Waited waited) {
        Prediction predicted = seen.destination()
                .filter(reached -> !reached.equals(to.address()))
                .map(reached -> predictor.predict(from, flow, reached))
                .orElseGet(() -> predictor.predict(from, flow));
        List<String> notes = new ArrayList<>(seen.notes());
        if (seen.reply().isEmpty() && predicted.isLaterThan(waited.time())) {
            predicted = predicted.withoutReply();
            notes.add("an ICMP error is to come back after " + Prediction.ASKING.toSeconds()
                    + " s, and this trace waited " + waited.time().toMillis() + " ms" + waited.advice());
        }
        Trace trace = new Trace(
                from.object(),
                to.name(),
                flow,
                seen.request(),
                seen.reply(),
                predicted,
                notes,
                seen.lostEvents(),
                seen.unwatched(),
                Verdict.of(outcome, seen));
        return new Found(trace, seen);
    }

    /** Where the connection may end. */
    private static List<IpPort> targets(Flow flow, Prediction prediction) {
        List<IpPort> targets = new ArrayList<>(prediction.choices());
        targets.add(flow.destination());
        if (!prediction.request().isEmpty()) {
            targets.add(prediction.request().getLast().after().destination());
        }
        return targets.stream().distinct().toList();
    }
}
