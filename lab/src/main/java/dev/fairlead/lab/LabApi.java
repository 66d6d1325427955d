package dev.fairlead.lab;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.Registry;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.api.serve.PodSockets;
import dev.fairlead.lab.door.LabName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The lab's Kubernetes API on loopback, and the kubeconfig that leads there. The file is on the lab's own tmpfs and goes with
 * the lab (docs/decisions/0012); whoever may see the lab's process reaches it through {@code /proc}.
 */
public final class LabApi implements AutoCloseable {
    /** As the lab sees it. */
    public static final Path KUBECONFIG = LabNodes.RUN.resolve("kubeconfig");

    private static final String LOOPBACK = "127.0.0.1";
    private static final int TOKEN_BYTES = 32;
    /** For pods that take their time, or never come. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration VALID = Duration.ofDays(3650);

    private final HttpDoor door;

    private LabApi(HttpDoor door) {
        this.door = door;
    }

    /**
     * Opens it once the first pods are ready, or soon: keys and classes take half a second of a processor, which a lab that
     * starts has other work for.
     */
    static void open(Lab lab, Registry registry, CompletableFuture<LabApi> opened) {
        Thread.ofPlatform().daemon().name("api-start").start(() -> {
            try {
                var unused = lab.await(Lab::isSettled, PATIENCE);
                opened.complete(openNow(lab, registry));
            } catch (RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
    }

    private static LabApi openNow(Lab lab, Registry registry) {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        Certificate certificate = Certificate.selfSigned(
                "fairlead lab", List.of("localhost"), List.of(InetAddress.ofLiteral(LOOPBACK)), VALID);
        ApiRouter handler = new ApiRouter(registry, version(), subresources(lab));
        HttpDoor door = HttpDoor.open(handler, LOOPBACK, 0, certificate.serverContext(), token);
        try {
            Files.createFile(
                    KUBECONFIG, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(KUBECONFIG, kubeconfig(lab.options().name(), door.port(), certificate.pem(), token));
            return new LabApi(door);
        } catch (IOException e) {
            door.close();
            throw new UncheckedIOException("could not write " + KUBECONFIG, e);
        }
    }

    private static ObjectNode version() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("major", "1")
                .put("minor", "33")
                .put("gitVersion", "v1.33.0+fairlead")
                .put("gitCommit", "")
                .put("gitTreeState", "")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "")
                .put("compiler", "")
                .put("platform", "linux/" + System.getProperty("os.arch", ""));
    }

    private static String kubeconfig(LabName lab, int port, String pem, String token) {
        String context = "fairlead-" + lab;
        return """
                apiVersion: v1
                kind: Config
                current-context: %1$s
                contexts:
                - name: %1$s
                  context: {cluster: %1$s, user: %1$s}
                clusters:
                - name: %1$s
                  cluster:
                    server: https://127.0.0.1:%2$d
                    certificate-authority-data: %3$s
                users:
                - name: %1$s
                  user:
                    token: %4$s
                """.formatted(
                context, port, Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)), token);
    }

    private static Map<String, ApiRouter.Subresource> subresources(Lab lab) {
        PodLookup lookup = new PodLookup(lab);
        Map<String, ApiRouter.Subresource> all = new HashMap<>(PodSockets.subresources(new LabStreams(lookup)));
        all.put("pods/log", new LabLogs(lookup)::serve);
        return all;
    }

    @Override
    public void close() {
        door.close();
    }
}
