package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.model.Probe;
import dev.fairlead.lab.model.Probe.Check;
import dev.fairlead.lab.model.Probe.Purpose;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads what the node asks a container: its probes and hooks. */
final class ProbeReader {
    private static final int PERIOD = 10;
    private static final int FAILURES = 3;

    private ProbeReader() {}

    static Map<Purpose, Probe> probes(Fields container) {
        Map<Purpose, Probe> probes = new EnumMap<>(Purpose.class);
        for (Purpose purpose : Purpose.values()) {
            if (container.has(purpose.field())) {
                probes.put(purpose, probe(container.object(purpose.field(), Schemas.PROBE), purpose));
            }
        }
        return probes;
    }

    private static Probe probe(Fields probe, Purpose purpose) {
        int successes = atLeastOne(probe, "successThreshold", 1);
        if (purpose != Purpose.READINESS && successes != 1) {
            throw probe.wrong("successThreshold", successes + " is out of range; a " + purpose.field() + " has 1");
        }
        return new Probe(
                check(probe, "is empty; say httpGet, tcpSocket or exec"),
                Duration.ofSeconds(probe.count("initialDelaySeconds", 0)),
                Duration.ofSeconds(atLeastOne(probe, "periodSeconds", PERIOD)),
                Duration.ofSeconds(atLeastOne(probe, "timeoutSeconds", 1)),
                successes,
                atLeastOne(probe, "failureThreshold", FAILURES));
    }

    /** 0 stands for the usual number, as in Kubernetes. */
    private static int atLeastOne(Fields fields, String name, int usual) {
        int number = fields.count(name, usual);
        return number == 0 ? usual : number;
    }

    static Optional<Check> hook(Fields container, String name) {
        Fields lifecycle = container.object("lifecycle", Schemas.LIFECYCLE);
        return lifecycle.has(name)
                ? Optional.of(check(lifecycle.object(name, Schemas.HOOK), "is empty; say exec, httpGet or sleep"))
                : Optional.empty();
    }

    private static Check check(Fields fields, String whenEmpty) {
        if (fields.has("exec")) {
            Fields exec = fields.object("exec", Schemas.EXEC);
            if (exec.texts("command").isEmpty()) {
                throw exec.wrong("command", "is empty; name a program and its arguments");
            }
            return new Check.Exec(exec.texts("command"));
        }
        if (fields.has("httpGet")) {
            return http(fields.object("httpGet", Schemas.HTTP_GET));
        }
        if (fields.has("tcpSocket")) {
            Fields tcp = fields.object("tcpSocket", Schemas.TCP_SOCKET);
            return new Check.Tcp(tcp.text("host"), port(tcp));
        }
        if (fields.has("sleep")) {
            Fields sleep = fields.object("sleep", Schemas.SLEEP);
            return new Check.Sleep(Duration.ofSeconds(sleep.count("seconds", 0)));
        }
        throw fields.wrong(whenEmpty);
    }

    private static Check http(Fields http) {
        if (http.text("scheme").equals("HTTPS")) {
            throw http.wrong("scheme", "HTTPS is not asked by the lab; use HTTP, or tcpSocket");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (Fields header : http.list("httpHeaders", Schemas.HTTP_HEADER)) {
            headers.put(header.text("name"), header.text("value"));
        }
        String path = http.text("path");
        return new Check.Http(http.text("host"), port(http), path.startsWith("/") ? path : "/" + path, headers);
    }

    private static String port(Fields check) {
        JsonNode port = check.value("port");
        return port.isNumber() ? Integer.toString(check.port("port")) : port.asText();
    }
}
