package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.bench.LabApiCaller;
import java.io.IOException;

/** A client of a lab's API by the JDK's own HTTP, with what the lab's kubeconfig says. */
record ApiCaller(LabApiCaller caller) implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param kubeconfig the text of the file */
    static ApiCaller of(String kubeconfig) {
        return new ApiCaller(LabApiCaller.of(kubeconfig));
    }

    /** What came back, or that nothing did. */
    record Answer(int status, String body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + body, e);
            }
        }
    }

    /** @throws IOException when there was no answer */
    Answer call(String method, String path, String body) throws IOException {
        return call(method, path, body, "application/json");
    }

    Answer call(String method, String path, String body, String type) throws IOException {
        LabApiCaller.Answer answer = caller.ask(method, path, body, type);
        return new Answer(answer.status(), answer.body());
    }

    Answer get(String path) throws IOException {
        return call("GET", path, "");
    }

    /** Creates a ConfigMap in {@code default}. */
    Answer createConfigMap(String name, String value) throws IOException {
        return call(
                "POST",
                "/api/v1/namespaces/default/configmaps",
                "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"" + name
                        + "\"},\"data\":{\"value\":\"" + value + "\"}}");
    }

    @Override
    public void close() {
        caller.close();
    }
}
