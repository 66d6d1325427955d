package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.door.LabCaller;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code fairlead lab status [--json]}. */
record LabStatusCommand(Terminal terminal) implements Command {
    @Override
    public CommandSpec spec() {
        return named("status", "Show nodes, pods and Services.")
                .addOption(LabCommand.nameOption())
                .addOption(OptionSpec.builder("--json")
                        .description("As JSON, with every path and process number.")
                        .build());
    }

    @Override
    public int run(ParseResult parsed) {
        JsonNode status = LabCaller.ask(LabCommand.name(parsed), LabCaller.request("status"));
        if (parsed.hasMatchedOption("--json")) {
            LabCommand.printJson(terminal, status);
        } else {
            printTables(status);
        }
        return 0;
    }

    private void printTables(JsonNode status) {
        Table nodes = new Table("NODE", "IP", "POD CIDR", "NETNS");
        for (JsonNode node : status.path("nodes")) {
            nodes.row(text(node, "name"), joined(node.path("ips")), joined(node.path("podCIDRs")), text(node, "netns"));
        }
        nodes.print(terminal);
        Table pods = new Table("POD", "READY", "STATUS", "NODE", "IP", "PAUSE", "CONTAINERS");
        List<String> remarks = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            if (!node.path("linkFaults").isEmpty()) {
                remarks.add("link of " + text(node, "name") + ": "
                        + joined(node.path("linkFaults")).replace(",", ", ") + ", set by lab link");
            }
        }
        for (JsonNode pod : status.path("pods")) {
            addPod(pods, remarks, pod);
        }
        pods.print(terminal);
        Table services = new Table("SERVICE", "IP", "PORTS", "ENDPOINTS");
        for (JsonNode service : status.path("services")) {
            services.row(name(service), joined(service.path("ips")), ports(service), endpoints(service));
        }
        services.print(terminal);
        remarks.forEach(remark -> terminal.out().println(remark));
    }

    private void addPod(Table pods, List<String> remarks, JsonNode pod) {
        List<String> containers = new ArrayList<>();
        int ready = 0;
        for (JsonNode container : pod.path("containers")) {
            containers.add(text(container, "name") + "=" + text(container, "image"));
            ready += container.path("ready").asBoolean() ? 1 : 0;
            String summary = text(container, "summary");
            if (!summary.isEmpty()) {
                remarks.add(name(pod) + " " + text(container, "name") + ": " + summary);
            }
        }
        if (!text(pod, "reason").isEmpty()) {
            remarks.add(name(pod) + ": " + text(pod, "reason"));
        }
        int pid = pod.path("pid").asInt();
        pods.row(
                name(pod),
                ready + "/" + containers.size(),
                text(pod, "phase"),
                text(pod, "node").isEmpty() ? "-" : text(pod, "node"),
                pod.path("ips").isEmpty() ? "-" : joined(pod.path("ips")),
                pid == 0 ? "-" : Integer.toString(pid),
                String.join(" ", containers));
    }

    private static String ports(JsonNode service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : service.path("ports")) {
            String onNodes = port.has("nodePort") ? ":" + text(port, "nodePort") : "";
            ports.add(text(port, "port") + onNodes + "/" + text(port, "protocol"));
        }
        return String.join(",", ports);
    }

    private static String endpoints(JsonNode service) {
        Set<String> endpoints = new LinkedHashSet<>(); // one may be behind several ports
        for (JsonNode endpoint : service.path("endpoints")) {
            if (endpoint.path("ready").asBoolean()) {
                String ip = text(endpoint, "ip");
                endpoints.add((ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + text(endpoint, "port"));
            }
        }
        return endpoints.isEmpty() ? "none" : String.join(" ", endpoints);
    }

    private static String name(JsonNode object) {
        return text(object, "namespace") + "/" + text(object, "name");
    }

    private static String text(JsonNode object, String field) {
        return object.path(field).asText("");
    }

    private static String joined(JsonNode texts) {
        List<String> all = new ArrayList<>();
        texts.forEach(text -> all.add(text.asText()));
        return String.join(",", all);
    }
}
