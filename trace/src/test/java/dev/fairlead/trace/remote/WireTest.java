package dev.fairlead.trace.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Watch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is said over a connection comes out as it went in; what is damaged is refused in a sentence and by nothing else. */
class WireTest {
    private final SplittableRandom random = new SplittableRandom(20);
    private final RandomValues values = new RandomValues(random);

    private record Said(Question question, Answer answer) {}

    private List<Question> questions(Watch watch) {
        return List.of(
                new Question.Arm(watch),
                new Question.Await(Duration.ofMillis(random.nextInt(1001))),
                new Question.Finish(values.flow()),
                new Question.Route(values.flow(), random.nextBoolean() ? "" : "uplink"),
                new Question.OwnRoute(values.flow(), random.nextBoolean() ? "" : "default/a"),
                new Question.Unanswered(values.route()),
                new Question.Rule(values.step()));
    }

    private List<Said> conversation(Watch watch) {
        List<Said> said = new ArrayList<>();
        for (Question question : questions(watch)) {
            said.add(new Said(
                    question,
                    switch (question) {
                        case Question.Arm _ -> new Answer.Armed();
                        case Question.Await _ -> new Answer.Sights(values.sights(watch));
                        case Question.Finish _ -> new Answer.Found(values.findings(watch));
                        case Question.Route _ ->
                            new Answer.Route(random.nextBoolean() ? Optional.empty() : Optional.of(values.route()));
                        case Question.OwnRoute _ -> new Answer.Text(Optional.of("10.0.0.0/8 via \"ü\"\n"));
                        case Question.Unanswered _ -> new Answer.Text(Optional.of("10.0.0.1 dev uplink FAILED"));
                        case Question.Rule _ -> new Answer.Text(Optional.empty());
                    }));
        }
        return said;
    }

    @Test
    void thereAndBack() {
        for (int round = 0; round < 200; round++) {
            Watch watch = values.watch();
            for (Said said : conversation(watch)) {
                String question = said.question().line();
                assertThat(question).doesNotContain("\n");
                assertThat(Question.read(question)).isEqualTo(said.question());
                long before = Clock.sinceEpoch();
                String line = said.answer().line(watch);
                assertThat(line).doesNotContain("\n");
                Answer.Read read = Answer.read(line, said.question(), watch);
                assertThat(read.answer()).isEqualTo(said.answer());
                assertThat(read.clockNs()).isBetween(before, Clock.sinceEpoch());
                assertThat(Answer.read(Answer.refusal(new EyesException("no\nway")), said.question(), watch)
                                .answer())
                        .isEqualTo(new Answer.Refused("no\nway"));
            }
        }
    }

    /** Cut short, or with another character somewhere: what can still be read is read, all else is one kind of failure. */
    @Test
    void damage() {
        int refused = 0;
        for (int round = 0; round < 40; round++) {
            Watch watch = values.watch();
            for (Said said : conversation(watch)) {
                for (int i = 0; i < 40; i++) {
                    refused +=
                            refused(() -> Question.read(damaged(said.question().line())));
                    refused += refused(() -> Answer.read(damaged(said.answer().line(watch)), said.question(), watch));
                }
            }
        }
        assertThat(refused).as("damage that was noticed").isGreaterThan(5000);
    }

    private String damaged(String line) {
        int at = random.nextInt(line.length());
        return switch (random.nextInt(3)) {
            case 0 -> line.substring(0, at);
            case 1 -> line.substring(0, at) + (char) random.nextInt(32, 127) + line.substring(at + 1);
            default -> line.substring(0, at) + line.substring(Math.min(line.length(), at + random.nextInt(1, 30)));
        };
    }

    private static int refused(Runnable reading) {
        try {
            reading.run();
            return 0;
        } catch (EyesException e) {
            assertThat(e.getMessage()).contains("can't be read");
            return 1;
        }
    }

    @Test
    void whatIsWrongIsNamed() {
        Watch watch = values.watch();
        assertThatThrownBy(() -> Question.read("{\"ask\":\"dance\"}"))
                .isInstanceOf(EyesException.class)
                .hasMessage("question can't be read: it is nothing that can be asked: {\"ask\":\"dance\"}");
        assertThatThrownBy(() -> Question.read("{\"ask\":\"await\",\"millis\":999999}"))
                .isInstanceOf(EyesException.class)
                .hasMessageContaining("question.millis can't be read: it is no number from 0 to 1000");
        assertThatThrownBy(() -> Question.read("[]")).isInstanceOf(EyesException.class);
        assertThatThrownBy(() -> Question.read("")).isInstanceOf(EyesException.class);
        String sight =
                "{\"clock\":1,\"sights\":[{\"nanos\":1,\"read\":false,\"device\":3,\"type\":\"HOST\",\"length\":1,\"frame\":\"\"}]}";
        assertThatThrownBy(() -> Answer.read(sight, new Question.Await(Duration.ZERO), watch))
                .isInstanceOf(EyesException.class)
                .hasMessageContaining("answer.sights[0].device can't be read: it is no number from 0 to 2");
        String shorter = sight.replace("\"device\":3", "\"device\":0").replace("\"frame\":\"\"", "\"frame\":\"AAAA\"");
        assertThatThrownBy(() -> Answer.read(shorter, new Question.Await(Duration.ZERO), watch))
                .isInstanceOf(EyesException.class)
                .hasMessageContaining("answer.sights[0] can't be read: 3 bytes can't be the beginning of a frame of 1");
    }
}
