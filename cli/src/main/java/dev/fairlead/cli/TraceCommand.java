package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.lab.DropsLoan;
import dev.fairlead.lab.TraceQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.packet.Protocol;
import dev.fairlead.trace.observe.Attempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead trace FROM TO}: one real connection, hop by hop, there and back. */
record TraceCommand(Terminal terminal) implements Command {
    private static final int MOST_SECONDS = 60;
    private static final Set<Protocol> PROTOCOLS = Set.of(Protocol.TCP, Protocol.UDP, Protocol.ICMP);
    /** Cursor home and erase, ECMA-48 sections 8.3.21 and 8.3.39. */
    private static final String CLEAR = "\u001b[H\u001b[2J";

    @Override
    public CommandSpec spec() {
        return question(named("trace", "Make a connection and show every hop of its first packets, there and back."))
                .addOption(OptionSpec.builder("--count")
                        .type(int.class)
                        .paramLabel("N")
                        .description("How many connections, one after the other. Default: 1")
                        .build())
                .addOption(OptionSpec.builder("--timeout")
                        .type(double.class)
                        .paramLabel("SECONDS")
                        .description(
                                "How long to wait for an answer; with --live, for a connection. Default: 2, and 30")
                        .build())
                .addOption(OptionSpec.builder("--size")
                        .type(int.class)
                        .paramLabel("BYTES")
                        .description(
                                "How long the datagram or echo request is, without headers; it isn't cut on the way. With"
                                        + " --proto udp or icmp.")
                        .build())
                .addOption(OptionSpec.builder("--live")
                        .description("Send nothing; show the next such connection that somebody makes.")
                        .build())
                .addOption(OptionSpec.builder("--watch")
                        .description("Again every second, until it is ended.")
                        .build())
                .addOption(OptionSpec.builder("--pcap")
                        .type(Path.class)
                        .paramLabel("FILE")
                        .description("Write the packets there as pcapng, each with its hop as a comment.")
                        .build());
    }

    /** What {@code trace} and {@code explain} both take. */
    static CommandSpec question(CommandSpec spec) {
        return spec.addOption(LabCommand.nameOption())
                .addPositional(
                        operand("0", "FROM", "Who connects: NAMESPACE/POD[/CONTAINER], POD, node/NAME, or an address."))
                .addPositional(operand(
                        "1",
                        "TO",
                        "To whom: svc/NAME:PORT, svc/NAMESPACE/NAME:PORT, NAMESPACE/POD:PORT, node/NAME:PORT, a name as"
                                + " the pod would resolve it, or ADDRESS:PORT; for icmp without :PORT."))
                .addOption(OptionSpec.builder("--proto")
                        .type(String.class)
                        .paramLabel("PROTOCOL")
                        .description("tcp, udp, or icmp for an echo request (ping). Default: tcp")
                        .build())
                .addOption(OptionSpec.builder("--explain")
                        .description("Say of each hop how that works.")
                        .build())
                .addOption(OptionSpec.builder("--json").description("As JSON.").build());
    }

    private static PositionalParamSpec operand(String index, String label, String description) {
        return PositionalParamSpec.builder()
                .index(index)
                .arity("1")
                .required(true)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        boolean watch = parsed.hasMatchedOption("--watch");
        int count = parsed.matchedOptionValue("--count", watch ? Integer.MAX_VALUE : 1);
        if (count < 1) {
            throw new ParameterException(parsed.commandSpec().commandLine(), "--count " + count + " is less than 1");
        }
        LabName lab = LabCommand.name(parsed);
        ObjectNode request = request(terminal, "trace", parsed, timeout(parsed));
        lendDrops(lab);
        boolean answered = true;
        for (int i = 0; i < count && !terminal.out().checkError(); i++) {
            if (watch && i > 0) {
                pause();
            }
            JsonNode answer = LabCaller.ask(lab, request);
            if (watch && terminal.interactive()) {
                terminal.out().print(CLEAR);
            }
            save(parsed, answer);
            print(terminal, parsed, answer);
            answered &= answer.path("verdict").asText().startsWith("answered");
        }
        return answered ? 0 : 1; // as ping does
    }

    /** A trace says more with it, and much without. */
    private void lendDrops(LabName lab) {
        try {
            DropsLoan.offer(lab);
        } catch (KernelException e) {
            terminal.err().println("fairlead: the kernel's drop reasons are missing: " + e.getMessage());
        }
    }

    private static Duration timeout(ParseResult parsed) {
        double seconds = parsed.matchedOptionValue("--timeout", parsed.hasMatchedOption("--live") ? 30.0 : 2.0);
        if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--timeout " + seconds + " is not more than 0 and at most " + MOST_SECONDS + " seconds");
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void save(ParseResult parsed, JsonNode answer) {
        if (!parsed.hasMatchedOption("--pcap")) {
            return;
        }
        Path file = parsed.matchedOptionValue("--pcap", Path.of("trace.pcapng"));
        try {
            Files.write(file, answer.path("capture").binaryValue());
        } catch (IOException e) {
            throw new CommandFailure("the packets could not be written to " + file + ": " + e);
        }
        ((ObjectNode) answer).remove("capture");
    }

    static ObjectNode request(Terminal terminal, String command, ParseResult parsed, Duration timeout) {
        String name = parsed.matchedOptionValue("--proto", "tcp");
        Protocol protocol = Protocol.named(name)
                .filter(PROTOCOLS::contains)
                .orElseThrow(() -> new ParameterException(
                        parsed.commandSpec().commandLine(), "--proto '" + name + "' is not tcp, udp or icmp"));
        return TraceQuestion.of(
                command,
                new TraceQuestion.Wish(
                        parsed.matchedPositionalValue(0, ""),
                        parsed.matchedPositionalValue(1, ""),
                        protocol,
                        timeout,
                        size(parsed, protocol),
                        terminal.columns(),
                        parsed.hasMatchedOption("--explain"),
                        has(parsed, "--live"),
                        has(parsed, "--pcap")));
    }

    /** 0 where it isn't said. */
    private static int size(ParseResult parsed, Protocol protocol) {
        if (!has(parsed, "--size")) {
            return 0;
        }
        int size = parsed.matchedOptionValue("--size", 0);
        String wrong = size < 1 || size > Attempt.Kind.MOST_BYTES
                ? "--size " + size + " is not from 1 to " + Attempt.Kind.MOST_BYTES + " bytes"
                : protocol == Protocol.TCP
                        ? "--size needs --proto udp or icmp: TCP's first packet has no more than its header"
                        : has(parsed, "--live") ? "--size and --live contradict each other: nothing is sent" : "";
        if (!wrong.isEmpty()) {
            throw new ParameterException(parsed.commandSpec().commandLine(), wrong);
        }
        return size;
    }

    /** Whether an option is there that only one of the two commands has. */
    private static boolean has(ParseResult parsed, String option) {
        return parsed.commandSpec().findOption(option) != null && parsed.hasMatchedOption(option);
    }

    static void print(Terminal terminal, ParseResult parsed, JsonNode answer) {
        String text = answer.path("text").asText();
        if (parsed.hasMatchedOption("--json")) {
            ((ObjectNode) answer).remove("text");
            LabCommand.printJson(terminal, answer);
        } else {
            terminal.out().print(text);
        }
    }
}
