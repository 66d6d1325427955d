package dev.fairlead.trace.remote;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/** Answers over one connection what a node's eyes see; they are open no longer than it lasts. Confined to one thread. */
public final class EyesServer {
    /** Enough for thousands of devices. */
    private static final int LONGEST_QUESTION = 1 << 20;

    private final Lines lines;
    private final Eyes.Opening opening;

    private EyesServer(Lines lines, Eyes.Opening opening) {
        this.lines = lines;
        this.opening = opening;
    }

    /**
     * Serves until the other side ends the connection. What can't be understood is refused in a sentence.
     *
     * @throws KernelException when the connection breaks
     * @throws EyesException when it carries something that can't be a question
     */
    public static void serve(InputStream in, OutputStream out, Eyes.Opening opening) {
        new EyesServer(new Lines(in, out, LONGEST_QUESTION), opening).serve();
    }

    private void serve() {
        Optional<String> first = lines.read();
        if (first.isEmpty()) {
            return; // somebody who only looked whether an agent is there
        }
        Eyes eyes;
        Watch watch;
        try {
            watch = armed(first.get());
            eyes = opening.open(watch);
        } catch (EyesException | KernelException | UncheckedIOException e) {
            lines.write(Answer.refusal(e));
            return;
        }
        try (eyes) {
            lines.write(new Answer.Armed().line(watch));
            for (Optional<String> line = lines.read(); line.isPresent(); line = lines.read()) {
                lines.write(answer(line.get(), eyes, watch));
            }
        }
    }

    private static Watch armed(String line) {
        if (Question.read(line) instanceof Question.Arm(Watch watch)) {
            return watch;
        }
        throw new EyesException("nothing is armed yet, so there is nothing to be asked");
    }

    private static String answer(String line, Eyes eyes, Watch watch) {
        try {
            return switch (Question.read(line)) {
                case Question.Arm _ -> throw new EyesException("this connection is armed already; make another one");
                case Question.Await(Duration patience) -> new Answer.Sights(eyes.await(patience)).line(watch);
                case Question.Finish(Flow asked) -> new Answer.Found(eyes.finish(asked)).line(watch);
                case Question.Route(Flow packet, String in) -> new Answer.Route(eyes.route(packet, in)).line(watch);
                case Question.OwnRoute(Flow packet, String pod) ->
                    new Answer.Text(eyes.ownRoute(packet, pod)).line(watch);
                case Question.Unanswered(Taken route) -> new Answer.Text(eyes.unanswered(route)).line(watch);
                case Question.Rule(Step step) -> new Answer.Text(eyes.rule(step)).line(watch);
            };
        } catch (EyesException | KernelException | UncheckedIOException e) {
            return Answer.refusal(e);
        }
    }
}
