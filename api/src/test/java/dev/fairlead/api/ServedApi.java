package dev.fairlead.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.api.store.Journal;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.CuttingRelay;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server behind a relay that cuts connections when it is told to, with ConfigMaps to write and clients' kubeconfig. */
final class ServedApi implements AutoCloseable {
    private static final String TOKEN = "a-token-of-this-test";

    private final Certificate certificate = Certificate.selfSigned(
            "fairlead", List.of("localhost"), List.of(InetAddress.ofLiteral("127.0.0.1")), Duration.ofDays(1));
    private final AtomicInteger bytes = new AtomicInteger(Integer.MAX_VALUE);
    private final Registry registry;
    private final HttpDoor door;
    private final CuttingRelay relay;

    /** @param history how many changes the server remembers for watchers */
    ServedApi(int history) {
        registry = new Registry(
                new ObjectStore(Journal.NONE, 1, List.of(), history),
                RuleBook.of(List.of(Prefix.of("10.96.0.0/16"))),
                InstantSource.system(),
                new SplittableRandom(1));
        var unused = new Api(registry).create("{kind: Namespace, apiVersion: v1, metadata: {name: default}}");
        ApiRouter router = new ApiRouter(registry, JsonNodeFactory.instance.objectNode(), Map.of());
        door = HttpDoor.open(router, "127.0.0.1", 0, certificate.serverContext(), TOKEN);
        relay = CuttingRelay.start(door.port(), bytes::get);
    }

    ObjectStore store() {
        return registry.store();
    }

    String kubeconfig() {
        return kubeconfig(relay.port(), certificate, TOKEN);
    }

    /** Of a server on loopback. */
    static String kubeconfig(int port, Certificate certificate, String token) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: lab
                  cluster:
                    server: https://127.0.0.1:%d
                    certificate-authority-data: %s
                users:
                - name: lab
                  user: {token: %s}
                contexts:
                - name: lab
                  context: {cluster: lab, user: lab}
                current-context: lab
                """.formatted(
                port, Base64.getEncoder().encodeToString(certificate.pem().getBytes(StandardCharsets.US_ASCII)), token);
    }

    /** Ends all connections; new ones may be made. */
    void cut() {
        relay.cutAll();
    }

    /** Ends all connections and lets no new one live. */
    void unplug() {
        bytes.set(0);
        relay.cutAll();
    }

    void plugIn() {
        bytes.set(Integer.MAX_VALUE);
    }

    void put(String name, String value) {
        Api api = new Api(registry);
        if (registry.find(Resources.CONFIG_MAPS, "default", name).isEmpty()) {
            api.createConfigMap(name, value);
        } else {
            api.changeConfigMap(name, value);
        }
    }

    void delete(String name) {
        new Api(registry).deleteConfigMap(name);
    }

    /** Each ConfigMap's value, by name. */
    Map<String, String> stored() {
        Map<String, String> all = new TreeMap<>();
        store().list("configmaps", "default")
                .objects()
                .forEach(object -> all.put(
                        object.path("metadata").path("name").asText(),
                        object.path("data").path("v").asText()));
        return all;
    }

    @Override
    public void close() {
        relay.close();
        door.close();
    }
}
