package dev.fairlead.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.api.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages as KEP-4006 has them, on both sides of a command that writes down what it is told. */
class RemoteCommandTest {
    private final RecordedWire wire = new RecordedWire();
    private final List<String> told = new ArrayList<>();
    private Optional<PodStreams.Output> output = Optional.empty();

    private RemoteCommand opened(boolean stdin, boolean tty) {
        CommandOptions options = new CommandOptions("", List.of("sh"), stdin, true, true, tty);
        RemoteCommand command = new RemoteCommand(
                begun -> {
                    output = Optional.of(begun);
                    return running();
                },
                options);
        command.opened(wire);
        return command;
    }

    private PodStreams.Running running() {
        return new PodStreams.Running() {
            @Override
            public void input(byte[] bytes) {
                told.add("input " + new String(bytes, StandardCharsets.UTF_8));
            }

            @Override
            public void endInput() {
                told.add("end of input");
            }

            @Override
            public void resize(int columns, int rows) {
                told.add("resize " + columns + " " + rows);
            }

            @Override
            public void abandon() {
                told.add("abandoned");
            }
        };
    }

    private static byte[] message(int channel, String text) {
        return (((char) channel) + text).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void streamsGoBothWaysAndTheExitCodeComesLast() {
        RemoteCommand command = opened(true, false);
        command.received(message(0, "typed"), true);
        command.received(message(0, "in "), false);
        command.received("parts".getBytes(StandardCharsets.UTF_8), true);
        command.received(new byte[] {(byte) 255, 0}, true);
        output.orElseThrow().printed(1, "out".getBytes(StandardCharsets.UTF_8));
        output.orElseThrow().printed(2, "err".getBytes(StandardCharsets.UTF_8));
        output.orElseThrow().ended(CommandStatus.exit(7));
        command.gone();
        assertThat(told).containsExactly("input typed", "input in ", "input parts", "end of input", "abandoned");
        assertThat(wire.texts())
                .containsExactly(
                        "1 ",
                        "1 out",
                        "2 err",
                        "3 {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":"
                                + "\"command terminated with non-zero exit code: exit status 7\",\"reason\":"
                                + "\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"7\"}]}}");
        assertThat(wire.ends()).containsExactly("1000 ");
    }

    @Test
    void aTerminalHasASizeAndNoStandardError() {
        RemoteCommand command = opened(true, true);
        command.received(message(4, "{\"Width\":101,\"Height\":33}"), true);
        command.received(message(4, "{\"Width\":-1,\"Height\":33}"), true);
        output.orElseThrow().printed(2, "err".getBytes(StandardCharsets.UTF_8));
        assertThat(told).containsExactly("resize 101 33");
        assertThat(wire.texts()).containsExactly("1 ");
    }

    @Test
    void whatTheCallerDidNotAskForIsNotTaken() {
        opened(false, false).received(message(0, "typed"), true);
        assertThat(told).isEmpty();
    }

    @Test
    void aCommandThatCanNotBeginIsToldOnTheErrorChannel() {
        RemoteCommand command = new RemoteCommand(
                begun -> {
                    throw ApiException.internal("no such program");
                },
                new CommandOptions("", List.of("nope"), false, true, true, false));
        command.opened(wire);
        command.gone();
        assertThat(wire.texts().getLast())
                .startsWith("3 ")
                .contains("Internal error occurred: no such program", "\"code\":500");
        assertThat(wire.ends()).hasSize(1);
    }

    @Test
    void anUnknownChannelEndsTheConnection() {
        opened(true, false).received(message(9, "?"), true);
        assertThat(wire.ends()).singleElement().asString().startsWith("1002 ").contains("channel 9");
    }
}
