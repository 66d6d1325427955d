package dev.fairlead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.Registry;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.api.store.Journal;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.yaml.snakeyaml.Yaml;

/** The API server of the lab, with TLS and a token, on a loopback port that stays the same when it is restarted. */
final class RealApi implements AutoCloseable {
    static final String TOKEN = "secret";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Certificate certificate = Certificate.selfSigned(
            "test", List.of("localhost"), List.of(InetAddress.ofLiteral("127.0.0.1")), Duration.ofDays(1));
    private final int history;
    private Registry registry;
    private HttpDoor door;

    RealApi(int history) {
        this.history = history;
        this.registry = empty(1);
        this.door = open(0, TOKEN);
    }

    static RealApi start() {
        return new RealApi(ObjectStore.HISTORY);
    }

    private Registry empty(long revision) {
        registry = new Registry(
                new ObjectStore(Journal.NONE, revision, List.of(), history),
                RuleBook.of(List.of(Prefix.of("10.96.0.0/16"))),
                InstantSource.system(),
                new SplittableRandom(1));
        create("{kind: Namespace, apiVersion: v1, metadata: {name: default}}");
        return registry;
    }

    private HttpDoor open(int port, String token) {
        ApiRouter router = new ApiRouter(registry, JsonNodeFactory.instance.objectNode(), Map.of());
        return HttpDoor.open(router, "127.0.0.1", port, certificate.serverContext(), token);
    }

    int port() {
        return door.port();
    }

    ObjectStore store() {
        return registry.store();
    }

    /** Ends the server and everybody's connection. */
    void stop() {
        registry.store().list("nodes", ""); // whoever writes has ended
        door.close();
    }

    void startAgain(int port) {
        door = open(port, TOKEN);
    }

    void startAgain(int port, String token) {
        door = open(port, token);
    }

    /** As after a loss of everything: a new store whose counter begins anew. */
    void forgetEverything() {
        registry = empty(1);
    }

    Path kubeconfig(Path directory, int port) {
        String pem = Base64.getEncoder().encodeToString(certificate.pem().getBytes(StandardCharsets.US_ASCII));
        return write(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts:
                - {name: test, context: {cluster: here, user: me}}
                clusters:
                - name: here
                  cluster: {server: "https://127.0.0.1:%d/", certificate-authority-data: %s}
                users:
                - {name: me, user: {tokenFile: token}}
                """.formatted(port, pem));
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A way to it by fabric8, with the token in a file. */
    ApiAccess access(Path directory, int port) {
        write(directory.resolve("token"), TOKEN + "\n");
        return ApiAccess.kubeconfig(kubeconfig(directory, port));
    }

    static JsonNode yaml(String text) {
        return JSON.valueToTree(new Yaml().load(text));
    }

    static Resource resource(JsonNode document) {
        return Resources.ofKind(
                        document.path("apiVersion").asText(),
                        document.path("kind").asText())
                .orElseThrow();
    }

    ObjectNode create(String yaml) {
        JsonNode document = yaml(yaml);
        Resource resource = resource(document);
        return registry.create(resource, resource.namespaced() ? "default" : "", document, WriteOptions.STRICT)
                .object();
    }

    /** Writes past all rules, as a broken or newer server might. */
    void force(String yaml) {
        JsonNode document = yaml(yaml);
        Resource resource = resource(document);
        String name = document.path("metadata").path("name").asText();
        ObjectKey key = resource.key(resource.namespaced() ? "default" : "", name);
        var unused = registry.store().write(draft -> draft.put(key, (ObjectNode) document));
    }

    void delete(Resource resource, String name) {
        var unused = registry.store().write(draft -> draft.remove(resource.key("default", name)));
    }

    @Override
    public void close() {
        door.close();
    }
}
