package dev.fairlead.natives;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Calls of {@code fairlead-cni} as a runtime makes them. */
final class Shim {

    static final Path RELEASED = Program.BIN.resolve("fairlead-cni");

    /** With deadlines of 2100 and 300 ms, {@link #NOBODYS_SOCKET} for a default, and a trap at undefined behaviour. */
    static final Path FOR_TESTS = Program.TEST_BIN.resolve("fairlead-cni");

    static final String NOBODYS_SOCKET = "/nonexistent/fairlead/cni.sock";

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Shim() {}

    static Program.Ended call(String command, String configuration) {
        return call(RELEASED, command, configuration);
    }

    static Program.Ended call(Path shim, String command, String configuration) {
        return Program.run(environment(command), configuration.getBytes(StandardCharsets.UTF_8), shim);
    }

    /** What libcni sets for a call, for container {@code c1}. */
    static Map<String, String> environment(String command) {
        Map<String, String> environment = new HashMap<>();
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_CONTAINERID", "c1");
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_PATH", "/opt/cni/bin");
        return environment;
    }

    static String configuration(Path socket) {
        return configuration("1.1.0", socket);
    }

    static String configuration(String cniVersion, Path socket) {
        return "{\"cniVersion\":\"%s\",\"name\":\"pods\",\"type\":\"fairlead-cni\",\"socket\":\"%s\"}"
                .formatted(cniVersion, socket);
    }

    /** Parsed by Jackson; fails when there is anything on stdout but one document. */
    static JsonNode document(Program.Ended ended) {
        try {
            return STRICT.readTree(ended.out());
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON on stdout: " + ended.out() + " and on stderr: " + ended.err(), e);
        }
    }
}
