package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.DropsLoan;
import dev.fairlead.lab.TraceQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A lab whose connections are traced, and its namespaces.
 *
 * <pre>
 *   node-1: client, other, near ── fl0 ── uplink ──┐
 *                                                  ├ switch
 *   node-2: far, web ───────────── fl0 ── uplink ──┘
 *
 *   Service far:7000 → far:7000    Service web:80 → web:80
 * </pre>
 */
final class TraceLab implements AutoCloseable {
    static final String CLIENT = "client";
    static final String OTHER = "other";
    static final String NEAR = "near";
    static final String FAR = "far";
    /** What the bench listens on in its pods, and what Service far has. */
    static final int PORT = 7000;

    private static final int COLUMNS = 100;
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Owned owned;
    private final Launcher launcher;
    private final LabName name;
    private final JsonNode status;
    private final Map<String, Netns> namespaces;

    private TraceLab(Owned owned, Launcher launcher, LabName name, JsonNode status, Map<String, Netns> namespaces) {
        this.owned = owned;
        this.launcher = launcher;
        this.name = name;
        this.status = status;
        this.namespaces = namespaces;
    }

    /** There must be a build. */
    static TraceLab up(Place place) {
        Launcher launcher = new Launcher(place.home());
        LabName lab = LabBench.freshName();
        List<String> up = new ArrayList<>(List.of("lab", "up", "--name", lab.name()));
        up.addAll(LabBench.options(2, place.manifest("traced.yaml")));
        Owned owned = new Owned();
        try {
            owned.add(() -> {
                if (LabName.running(LabName.ownUid()).contains(lab)) {
                    var unused = launcher.run(List.of("lab", "down", "--name", lab.name()));
                }
            });
            var unused = launcher.run(up);
            JsonNode status = LabCaller.ask(lab, LabCaller.request("status"));
            Map<String, Netns> namespaces = new LinkedHashMap<>();
            for (String kind : List.of("nodes", "pods")) {
                for (JsonNode one : status.path(kind)) {
                    Netns netns = Netns.open(Path.of(one.path("netns").asText()));
                    owned.add(netns::close);
                    namespaces.put(one.path("name").asText(), netns);
                }
            }
            return new TraceLab(owned, launcher, lab, status, namespaces);
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    Netns namespace(String of) {
        Netns there = namespaces.get(of);
        if (there == null) {
            throw new IllegalStateException("the lab has no " + of);
        }
        return there;
    }

    /** @param kind {@code pods} or {@code services} */
    Ip ip(String kind, String of) {
        for (JsonNode one : status.path(kind)) {
            if (one.path("name").asText().equals(of)) {
                return Ip.of(one.path("ip").asText());
            }
        }
        throw new IllegalStateException("the lab has no " + of + " of " + kind);
    }

    String nodeOf(String pod) {
        for (JsonNode one : status.path("pods")) {
            if (one.path("name").asText().equals(pod)) {
                return one.path("node").asText();
            }
        }
        throw new IllegalStateException("the lab has no pod " + pod);
    }

    /** From a pod to another, at the bench's port. */
    Traffic toPod(String from, String to) {
        return new Traffic(namespace(from), namespace(to), PORT, new IpPort(ip("pods", to), PORT));
    }

    /** Through the Service far. */
    Traffic toService(String from) {
        return new Traffic(namespace(from), namespace(FAR), PORT, new IpPort(ip("services", FAR), PORT));
    }

    /** Asks the lab itself, as the command does, and waits for the answer. */
    JsonNode trace(String to) {
        DropsLoan.offer(name);
        return LabCaller.ask(
                name,
                TraceQuestion.of(
                        "trace",
                        new TraceQuestion.Wish(CLIENT, to, Protocol.TCP, ANSWER, 0, COLUMNS, false, false, false)));
    }

    /** The whole command. */
    void traceByCommand(String to) {
        var unused = launcher.run(List.of("trace", CLIENT, to, "--name", name.name()));
    }

    @Override
    public void close() {
        owned.close();
    }
}
