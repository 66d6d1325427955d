package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Whether what a lab says is ready takes TCP connections: every endpoint, and every Service from each node. */
final class Answers {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Of a Service with very many endpoints a few are asked; each of them is connected to in one or the other way. */
    private static final int ENDPOINTS = 50;

    private Answers() {}

    /** @throws IllegalStateException naming what doesn't answer */
    static void require(LabName lab) {
        Netns.prepareJavaSockets();
        JsonNode status = LabCaller.ask(lab, LabCaller.request("status"));
        List<InetSocketAddress> addresses = addresses(status);
        for (JsonNode node : status.path("nodes")) {
            try (Netns netns = Netns.open(Path.of(node.path("netns").asText()))) {
                netns.run(() -> addresses.forEach(Answers::connect));
            }
        }
    }

    private static List<InetSocketAddress> addresses(JsonNode status) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (JsonNode service : status.path("services")) {
            for (JsonNode port : service.path("ports")) {
                if (port.path("protocol").asText().equals("TCP")) {
                    addresses.add(new InetSocketAddress(
                            service.path("ip").asText(), port.path("port").asInt()));
                    int asked = 0;
                    for (JsonNode endpoint : service.path("endpoints")) {
                        if (asked++ < ENDPOINTS) {
                            addresses.add(new InetSocketAddress(
                                    endpoint.path("ip").asText(),
                                    endpoint.path("port").asInt()));
                        }
                    }
                }
            }
        }
        return addresses;
    }

    private static void connect(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, (int) PATIENCE.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(address + " of the lab does not answer", e);
        }
    }
}
