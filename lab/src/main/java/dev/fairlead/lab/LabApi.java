package dev.fairlead.lab;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.Registry;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.api.serve.PodSockets;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.Access;
import dev.fairlead.packet.Prefix;
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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's Kubernetes API on loopback, and the kubeconfig that leads there. The file is on the lab's own tmpfs and goes with
 * the lab (docs/decisions/0012); whoever may see the lab's process reaches it through {@code /proc}.
 */
public final class LabApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabApi.class);
    /** As the lab sees it. */
    public static final Path KUBECONFIG = LabNodes.RUN.resolve("kubeconfig");

    private static final String LOOPBACK = "127.0.0.1";
    private static final int TOKEN_BYTES = 32;
    /** For pods that take their time, or never come. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration VALID = Duration.ofDays(3650);

    private final HttpDoor door;
    private final Access access;

    private LabApi(HttpDoor door, Access access) {
        this.door = door;
        this.access = access;
    }

    /**
     * Opens it once the first pods are ready, or soon: keys and classes take half a second of a processor, which a lab that
     * starts has other work for.
     */
    static void open(Lab lab, ApiRouter router, CompletableFuture<LabApi> opened) {
        Thread.ofPlatform().daemon().name("api-start").start(() -> {
            try {
                var unused = lab.await(Lab::isSettled, PATIENCE);
                opened.complete(openNow(lab, router));
            } catch (RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
    }

    static LabApi openNow(Lab lab, ApiRouter router) {
        Optional<LabSettings.Access> before = lab.memory().access();
        String token = before.map(LabSettings.Access::token).orElseGet(LabApi::newToken);
        Certificate certificate = before.map(access -> Certificate.of(access.key(), access.certificate()))
                .orElseGet(() -> Certificate.selfSigned(
                        "fairlead lab", List.of("localhost"), List.of(InetAddress.ofLiteral(LOOPBACK)), VALID));
        HttpDoor door = open(router, before.map(LabSettings.Access::port).orElse(0), certificate, token);
        try {
            Files.createFile(
                    KUBECONFIG, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            LabApi api = new LabApi(door, access(lab.options().name(), door.port(), certificate.pem(), token));
            Files.writeString(KUBECONFIG, kubeconfig(api.access()));
            lab.memory()
                    .remember(new LabSettings.Access(
                            door.port(), token, certificate.privateKey(), certificate.encoded()));
            if (before.isPresent() && before.get().port() != door.port()) {
                tellContext(lab, api);
            }
            return api;
        } catch (IOException | UncheckedIOException e) {
            door.close();
            throw new LabRefusal("could not write the kubeconfig: " + e.getMessage());
        }
    }

    /** What answers requests, over HTTP and from within. */
    static ApiRouter router(Lab lab, Registry registry) {
        return new ApiRouter(registry, version(), subresources(lab));
    }

    /** The object by which clients know the Service range (KEP-1880); the real server makes it, too. */
    static void describeNetwork(Registry registry, List<Prefix> serviceCidrs) {
        if (registry.store().find(Resources.SERVICE_CIDRS.key("", "kubernetes")).isPresent()) {
            return; // a lab that was there before
        }
        ObjectNode kubernetes = JsonNodeFactory.instance
                .objectNode()
                .put("kind", "ServiceCIDR")
                .put("apiVersion", "networking.k8s.io/v1");
        kubernetes.putObject("metadata").put("name", "kubernetes");
        ArrayNode cidrs = kubernetes.putObject("spec").putArray("cidrs");
        serviceCidrs.forEach(cidr -> cidrs.add(cidr.toString()));
        var unused = registry.create(Resources.SERVICE_CIDRS, "", kubernetes, WriteOptions.STRICT);
    }

    int port() {
        return door.port();
    }

    /** Writes a file by which the API is reached at a port of the reader's loopback device. */
    void writeKubeconfig(Path file, int port) {
        Access there =
                new Access(access.name(), "https://" + LOOPBACK + ":" + port, access.authority(), access.token());
        try {
            Files.createDirectories(file.getParent());
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, kubeconfig(there));
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file, e);
        }
    }

    /** The user's own kubeconfig must say where the API is now. */
    private static void tellContext(Lab lab, LabApi api) {
        lab.memory().context().ifPresent(context -> {
            try {
                var unused = context.kubeconfig().put(api.access());
            } catch (LabRefusal e) {
                LOG.warn("the lab's context is not up to date: {}", e.getMessage());
            }
        });
    }

    private static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** @param port the one that kubeconfigs of this lab hold already, or 0; another where somebody has taken it meanwhile */
    private static HttpDoor open(ApiRouter handler, int port, Certificate certificate, String token) {
        if (port != 0) {
            try {
                return HttpDoor.open(handler, LOOPBACK, port, certificate.serverContext(), token);
            } catch (UncheckedIOException | IllegalStateException e) {
                LOG.warn("port {} of this lab's API is taken, so it gets another: {}", port, e.getMessage());
            }
        }
        return HttpDoor.open(handler, LOOPBACK, 0, certificate.serverContext(), token);
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

    private static String kubeconfig(Access access) {
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
                    server: %2$s
                    certificate-authority-data: %3$s
                users:
                - name: %1$s
                  user:
                    token: %4$s
                """.formatted(access.name(), access.server(), access.authority(), access.token());
    }

    /** What a kubeconfig says of it. */
    Access access() {
        return access;
    }

    private static Access access(LabName lab, int port, String pem, String token) {
        return new Access(
                StoppedLab.contextName(lab),
                "https://" + LOOPBACK + ":" + port,
                Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII)),
                token);
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
