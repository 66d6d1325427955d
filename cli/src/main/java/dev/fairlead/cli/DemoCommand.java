package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.LabHost;
import dev.fairlead.lab.LabLayout;
import dev.fairlead.lab.LabLayout.Families;
import dev.fairlead.lab.LabOptions;
import dev.fairlead.lab.demo.Demo;
import dev.fairlead.lab.demo.Row;
import dev.fairlead.lab.door.LabName;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead demo}: the ten rows of pod traffic, proved on a two-node cluster made for it. */
record DemoCommand(Terminal terminal) implements Command {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public CommandSpec spec() {
        return named(
                        "demo",
                        "Make a two-node cluster and prove the ten rows of pod traffic by the kernel's own evidence.")
                .addOption(OptionSpec.builder("--json")
                        .description("The rows as data.")
                        .build())
                .addOption(OptionSpec.builder("--keep")
                        .description("Leave the cluster up and say what to try next.")
                        .build())
                .addOption(LabCommand.agents())
                .addOption(LabCommand.nameOption());
    }

    @Override
    public int run(ParseResult parsed) {
        boolean json = parsed.hasMatchedOption("--json");
        boolean keep = parsed.hasMatchedOption("--keep");
        // A demo that isn't kept takes a name that no other can have, so that any number can run side by side.
        LabName name = parsed.hasMatchedOption("--name") || keep
                ? new LabName(parsed.matchedOptionValue("--name", "demo"))
                : new LabName("demo-" + Launch.hostPid());
        LabLayout layout = LabLayout.of(2, Families.IPV4, List.of(), List.of(), List.of());
        long start = System.nanoTime();
        LabHost host = LabHost.start(
                LabOptions.of(name, layout, Launch.home()).withAgents(LabCommand.agents(parsed)),
                List.of(Demo.manifest()),
                Launch.labEnvironment());
        try {
            boolean ready = host.awaitReady(PATIENCE);
            DemoText text = new DemoText(terminal);
            if (!json) {
                text.cluster(host.lab(), ready, System.nanoTime() - start);
            }
            List<Row> rows = new Demo(host.lab()).run(row -> {
                if (!json) {
                    text.row(row);
                }
            });
            boolean ok = rows.stream().allMatch(Row::ok);
            if (json) {
                print(rows);
            } else {
                text.end(rows, System.nanoTime() - start, keep ? name.name() : "");
            }
            terminal.flush();
            if (keep) {
                host.letGoOfTerminal();
                Launch.answer(ok ? 0 : 1);
                host.serve();
            }
            return ok ? 0 : 1;
        } finally {
            host.close();
        }
    }

    private void print(List<Row> rows) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode all = mapper.createObjectNode();
        ArrayNode array = all.putArray("rows");
        for (Row row : rows) {
            ObjectNode json = array.addObject()
                    .put("n", row.number())
                    .put("name", row.name())
                    .put("ok", row.ok())
                    .put("did", row.did());
            ObjectNode evidence = json.putObject("evidence");
            for (Map.Entry<String, String> seen : row.evidence().entrySet()) {
                evidence.set(seen.getKey(), value(mapper, seen.getValue()));
            }
        }
        try {
            terminal.out().println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** The CNI configuration and result are JSON themselves. */
    private static JsonNode value(ObjectMapper mapper, String text) {
        if (text.startsWith("{")) {
            try {
                return mapper.readTree(text);
            } catch (JsonProcessingException e) {
                return mapper.getNodeFactory().textNode(text);
            }
        }
        return mapper.getNodeFactory().textNode(text);
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
