package dev.fairlead.trace.remote;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.ClockReading;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.Sight;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The eyes of a node that somebody else opens, at the other end of a connection. For one thread at a time. */
public final class RemoteEyes implements Eyes {
    /** What a node has seen by then is hardly more than some packets of one connection; nobody may fill our memory. */
    private static final int LONGEST_ANSWER = 64 << 20;

    private final Watch watch;
    private final String whose;
    private final Lines lines;
    private final Connection connection;
    private Optional<ClockReading> clock = Optional.empty();
    private boolean broken;

    private RemoteEyes(Watch watch, String whose, Connection connection) {
        this.watch = watch;
        this.whose = whose;
        this.lines = new Lines(connection.in(), connection.out(), LONGEST_ANSWER);
        this.connection = connection;
    }

    /**
     * A connection to an {@link EyesServer}.
     *
     * @param endOfOutput says that no more questions come, while the other side can still answer
     * @param end closes it
     */
    public record Connection(InputStream in, OutputStream out, Runnable endOfOutput, Runnable end) {}

    /**
     * Has them opened at the other end.
     *
     * @param whose for people: {@code the agent of node-1}
     * @param connection closed with them, also when this fails
     * @throws EyesException when they can't be
     */
    public static RemoteEyes open(Watch watch, String whose, Connection connection) {
        RemoteEyes eyes = new RemoteEyes(watch, whose, connection);
        try {
            var unused = eyes.ask(new Question.Arm(watch), Answer.Armed.class);
            return eyes;
        } catch (RuntimeException e) {
            eyes.close();
            throw e;
        }
    }

    private <T extends Answer> T ask(Question question, Class<T> wanted) {
        if (broken) { // what may still come is the answer to something else
            throw new EyesException(whose + " does not answer any more");
        }
        try {
            long asked = Clock.sinceEpoch();
            broken = true; // until there is an answer
            lines.write(question.line());
            String line = lines.read().orElseThrow(() -> new EyesException(whose + " ended the connection"));
            long answered = Clock.sinceEpoch();
            Answer.Read read = Answer.read(line, question, watch);
            broken = false;
            ClockReading reading = ClockReading.of(asked, read.clockNs(), answered);
            clock = Optional.of(clock.map(before -> before.and(reading)).orElse(reading));
            if (read.answer() instanceof Answer.Refused(String why)) {
                throw new EyesException(whose + " refused: " + why);
            }
            return wanted.cast(read.answer());
        } catch (KernelException | UncheckedIOException e) {
            throw new EyesException(whose + " does not answer: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Sight> await(Duration patience) {
        Duration wait = patience.compareTo(Question.LONGEST_WAIT) < 0 ? patience : Question.LONGEST_WAIT;
        return ask(new Question.Await(wait), Answer.Sights.class).sights();
    }

    @Override
    public Findings finish(Flow asked) {
        return ask(new Question.Finish(asked), Answer.Found.class).findings();
    }

    @Override
    public Optional<Taken> route(Flow packet, String in) {
        return ask(new Question.Route(packet, in), Answer.Route.class).route();
    }

    @Override
    public Optional<String> ownRoute(Flow packet, String pod) {
        return ask(new Question.OwnRoute(packet, pod), Answer.Text.class).text();
    }

    @Override
    public Optional<String> unanswered(Taken route) {
        return ask(new Question.Unanswered(route), Answer.Text.class).text();
    }

    @Override
    public Optional<String> rule(Step step) {
        return ask(new Question.Rule(step), Answer.Text.class).text();
    }

    @Override
    public ClockReading clock() {
        return clock.orElse(ClockReading.SAME);
    }

    /** Waits until the other end has let go of everything, which it shows by its own end; not for one that didn't answer before. */
    @Override
    public void close() {
        try {
            if (!broken) {
                connection.endOfOutput().run();
                while (lines.read().isPresent()) {
                    // an answer to a question that nobody waited for
                }
            }
        } catch (KernelException | EyesException | UncheckedIOException e) {
            // The connection is broken, and with it what was armed goes as well.
        } finally {
            connection.end().run();
        }
    }
}
