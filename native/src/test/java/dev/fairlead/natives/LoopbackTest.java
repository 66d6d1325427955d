package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin {@code loopback}, beside the reference plugin of that name and as {@code ip -j} sees what it did. */
class LoopbackTest {
    private static final Path OURS = Program.BIN.resolve("loopback");
    private static final Path REFERENCE = Path.of("/usr/lib/cni/loopback");

    /** In a user and network namespace of its own, with a pod's network namespace beside it, which goes with it. */
    private static final String WITH_A_POD = """
            unshare -n sleep 60 <&- >&- 2>&- &
            until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
            CNI_NETNS=/proc/$!/ns/net "$1"
            code=$?
            echo
            nsenter -t $! -n ip -j address show lo
            kill $!
            exit $code
            """;

    private static Program.Ended inPod(Path plugin, String verb, String configuration) {
        Map<String, String> environment = new HashMap<>(Shim.environment(verb));
        environment.put("CNI_IFNAME", "lo");
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        Program.Ended ended = Program.run(
                environment,
                configuration.getBytes(StandardCharsets.UTF_8),
                Path.of("/usr/bin/unshare"),
                "-Urn",
                "sh",
                "-c",
                WITH_A_POD,
                "sh",
                plugin.toString());
        if (ended.err().startsWith("unshare:")) {
            String reason = "SKIPPED, no user namespaces here: " + ended.err().strip();
            System.out.println(reason);
            abort(reason);
        }
        return ended;
    }

    private static String configuration(String version) {
        return "{\"cniVersion\":\"%s\",\"name\":\"cni-loopback\",\"type\":\"loopback\"}".formatted(version);
    }

    private static JsonNode answer(Program.Ended ended) throws IOException {
        return new ObjectMapper().readTree(ended.out().lines().findFirst().orElseThrow());
    }

    /** What {@code ip -j}, which was asked last, says. */
    private static JsonNode lo(Program.Ended ended) throws IOException {
        return new ObjectMapper()
                .readTree(ended.out().lines().toList().getLast())
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.1", "1.0.0"})
    void answersAsTheReferenceDoes(String version) throws IOException {
        if (!Files.isExecutable(REFERENCE)) {
            String reason = "SKIPPED: " + REFERENCE + " is not installed (containernetworking-plugins)";
            System.out.println(reason);
            abort(reason);
        }
        assertThat(comparable(inPod(OURS, "ADD", configuration(version))))
                .isEqualTo(comparable(inPod(REFERENCE, "ADD", configuration(version))));
    }

    /** The sandbox has the pod's process in its path; and the reference forgets {@code version}, which 0.4.0 still wants. */
    private static String comparable(Program.Ended ended) throws IOException {
        JsonNode result =
                new ObjectMapper().readTree(ended.out().substring(0, ended.out().lastIndexOf("[{")));
        return (result.get("cniVersion") + " " + result.get("ips") + " " + result.get("interfaces"))
                .replaceAll("/proc/[0-9]+/", "/proc/N/")
                .replaceAll("\"version\":\"[46]\",", "");
    }

    @Test
    void setsLoUp() throws IOException {
        Program.Ended ended = inPod(OURS, "ADD", configuration("1.1.0"));
        assertThat(answer(ended).at("/ips/0/address").asText()).isEqualTo("127.0.0.1/8");
        assertThat(lo(ended).get("flags").toString()).contains("\"UP\"");
        assertThat(lo(ended).get("addr_info")).hasSize(answer(ended).get("ips").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    CHECK   | {"cniVersion":"1.0.0"}                    | 1 | "code":5,"msg":"the pod's lo is down"
                    ADD     | {"cniVersion":"2.0.0"}                    | 1 | "code":1,
                    ADD     | {"cniVersion":"1.0.0","prevResult":{}}    | 1 | "code":7,
                    ADD     | not JSON                                  | 1 | "code":6,
                    NOTHING | {"cniVersion":"1.0.0"}                    | 1 | "code":4,
                    DEL     | {"cniVersion":"1.0.0","prevResult":{}}    | 0 | [{
                    STATUS  | {"cniVersion":"1.1.0"}                    | 0 | [{
                    VERSION | {"cniVersion":"0.3.1"}                    | 0 | {"cniVersion":"0.3.1","supportedVersions":["0.3.0",
                    """)
    void leavesLoAloneOtherwise(String verb, String configuration, int status, String said) throws IOException {
        Program.Ended ended = inPod(OURS, verb, configuration);
        assertThat(ended.status()).as(ended.out()).isEqualTo(status);
        assertThat(ended.out()).contains(said);
        assertThat(lo(ended).get("flags").toString()).doesNotContain("\"UP\"");
    }

    @Test
    void aPodThatIsGoneIsAnErrorOfAddAndNoneOfDel() {
        Map<String, String> environment = new HashMap<>(Shim.environment("ADD"));
        environment.put("CNI_NETNS", "/nonexistent/ns/net");
        byte[] stdin = configuration("1.0.0").getBytes(StandardCharsets.UTF_8);
        assertThat(Program.run(environment, stdin, OURS).out()).contains("\"code\":5,", "(errno 2)");
        environment.put("CNI_COMMAND", "DEL");
        assertThat(Program.run(environment, stdin, OURS).status()).isZero();
    }
}
