package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.lab.FlowsQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.trace.flows.ConnectionFilter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code fairlead flows [-f]}: who talks to whom, from what the nodes' conntrack holds. */
record FlowsCommand(Terminal terminal) implements Command {
    private static final int KIBI = 1024;
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    @Override
    public CommandSpec spec() {
        return named("flows", "List the cluster's connections: who, which Service, which pod, how much.")
                .addOption(LabCommand.nameOption())
                .addOption(OptionSpec.builder("-f", "--follow")
                        .description("Go on, and tell what begins, changes and ends.")
                        .build())
                .addOption(word("-n", "--namespace", "NAMESPACE", "Only where one of its objects takes part."))
                .addOption(word("--pod", "--pod", "POD", "Only from or to this pod: NAME or NAMESPACE/NAME."))
                .addOption(word("--svc", "--service", "SERVICE", "Only to this Service: NAME or NAMESPACE/NAME."))
                .addOption(word("--verdict", "--verdict", "VERDICT", "Only those that are answered, or unanswered."))
                .addOption(OptionSpec.builder("--json")
                        .description("As JSON, an object a line.")
                        .build());
    }

    private static OptionSpec word(String name, String other, String label, String description) {
        OptionSpec.Builder option = name.equals(other) ? OptionSpec.builder(name) : OptionSpec.builder(name, other);
        return option.type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        LabName lab = LabCommand.name(parsed);
        ConnectionFilter filter = filter(parsed);
        boolean json = parsed.hasMatchedOption("--json");
        if (!parsed.hasMatchedOption("-f")) {
            print(LabCaller.ask(lab, FlowsQuestion.of(filter)), json);
            return 0;
        }
        JsonNode answer = LabCaller.ask(lab, FlowsQuestion.following(filter));
        print(answer, json);
        while (!terminal.out().checkError()) { // until nobody reads any more, or somebody ends it
            answer = LabCaller.ask(
                    lab, FlowsQuestion.next(filter, answer.path("cursor").asLong()));
            printEvents(answer, json);
        }
        return 0;
    }

    private static ConnectionFilter filter(ParseResult parsed) {
        String verdict = parsed.matchedOptionValue("--verdict", "");
        if (!List.of("", "answered", "unanswered").contains(verdict)) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "--verdict '" + verdict + "' is not answered or unanswered");
        }
        return new ConnectionFilter(
                parsed.matchedOptionValue("-n", ""),
                parsed.matchedOptionValue("--pod", ""),
                parsed.matchedOptionValue("--svc", ""),
                verdict);
    }

    private void print(JsonNode answer, boolean json) {
        if (json) {
            answer.path("flows").forEach(this::printLine);
            return;
        }
        Table table = new Table("PROTO", "CLIENT", "ASKED FOR", "WENT TO", "STATE", "NAT", "SENT", "RECEIVED");
        for (JsonNode flow : answer.path("flows")) {
            table.row(
                    text(flow, "protocol"),
                    client(flow),
                    asked(flow),
                    server(flow),
                    orDash(state(flow)),
                    orDash(text(flow, "nat")),
                    bytes(flow, "sentBytes"),
                    bytes(flow, "receivedBytes"));
        }
        table.print(terminal);
        if (answer.path("flows").isEmpty()) {
            terminal.out().println("no connections");
        }
    }

    private void printEvents(JsonNode answer, boolean json) {
        long lost = answer.path("lostEvents").asLong();
        if (lost > 0) {
            terminal.err()
                    .println("fairlead: some flows are missing here: the kernel or the lab had to drop what it told, "
                            + lost + " times");
        }
        for (JsonNode flow : answer.path("flows")) {
            if (json) {
                printLine(flow);
                continue;
            }
            String carried = flow.has("sentBytes") && text(flow, "event").equals("end")
                    ? "  sent " + bytes(flow, "sentBytes") + ", received " + bytes(flow, "receivedBytes")
                    : "";
            terminal.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%-6s  %s  %s → %s%s  %s%s",
                            text(flow, "event"),
                            text(flow, "protocol"),
                            client(flow),
                            text(flow, "service").isEmpty() ? "" : asked(flow) + " → ",
                            server(flow),
                            state(flow),
                            carried));
        }
    }

    private static String client(JsonNode flow) {
        return at(text(flow, "client"), text(flow, "source"));
    }

    private static String asked(JsonNode flow) {
        String service = text(flow, "service");
        return service.isEmpty() ? text(flow, "asked") : at(service, text(flow, "asked"));
    }

    private static String server(JsonNode flow) {
        return at(text(flow, "server"), text(flow, "reached"));
    }

    /** An object with the port of an address: {@code default/client:41234}; the address where there is none. */
    private static String at(String object, String address) {
        int slash = object.indexOf('/');
        if (slash < 0) {
            return address;
        }
        String name = object.startsWith("node/") ? object : object.substring(slash + 1);
        return (object.startsWith("svc/") ? "svc/" : "") + name + address.substring(address.lastIndexOf(':'));
    }

    private static String state(JsonNode flow) {
        String state = text(flow, "state");
        boolean answered = text(flow, "verdict").equals("answered");
        return (state + (answered ? "" : " unanswered")).strip();
    }

    private static String orDash(String cell) {
        return cell.isEmpty() ? "-" : cell;
    }

    private static String bytes(JsonNode flow, String field) {
        if (!flow.has(field)) {
            return "-";
        }
        double rest = flow.path(field).asLong();
        int unit = 0;
        while (rest >= KIBI && unit < UNITS.size() - 1) {
            rest /= KIBI;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", rest, UNITS.get(unit));
    }

    private static String text(JsonNode flow, String field) {
        return flow.path(field).asText();
    }

    private void printLine(JsonNode flow) {
        try {
            terminal.out().println(new ObjectMapper().writeValueAsString(flow));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }
}
