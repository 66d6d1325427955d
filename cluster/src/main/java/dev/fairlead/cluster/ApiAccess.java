package dev.fairlead.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes API over HTTP, by the fabric8 client: TLS, tokens, connections. Its classes are loaded with this one and not
 * before. Safe from any thread.
 */
public final class ApiAccess implements ApiSource {
    /** Where a pod finds who it is ({@code ServiceAccount} admission). */
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private static final int CONNECT_MILLIS = 10_000;

    private final String server;
    private final HttpClient client;

    /** There is no way to the API as it was asked for. */
    public static final class AccessException extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        AccessException(String message) {
            super(message);
        }
    }

    private ApiAccess(Config config) {
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setRequestRetryBackoffLimit(0); // whoever asks tries again, and knows from where
        config.setUserAgent("fairlead-agent");
        this.server = config.getMasterUrl().replaceAll("/+$", "");
        this.client = new JdkHttpClientFactory().newBuilder(config).build();
    }

    /**
     * By the current context of a kubeconfig: its file is read again whenever the server asks who this is, so a new token is
     * taken up.
     *
     * @throws AccessException when it doesn't say enough
     */
    public static ApiAccess kubeconfig(Path file) {
        Kubeconfig read = Kubeconfig.read(file);
        Config config = Config.empty();
        config.setMasterUrl(read.server());
        config.setTrustCerts(read.insecure());
        config.setDisableHostnameVerification(read.insecure());
        set(read.cluster("certificate-authority-data"), config::setCaCertData);
        set(read.path(read.cluster("certificate-authority")), config::setCaCertFile);
        set(read.cluster("tls-server-name"), config::setTlsServerName);
        set(read.user("client-certificate-data"), config::setClientCertData);
        set(read.path(read.user("client-certificate")), config::setClientCertFile);
        set(read.user("client-key-data"), config::setClientKeyData);
        set(read.path(read.user("client-key")), config::setClientKeyFile);
        set(read.user("username"), config::setUsername);
        set(read.user("password"), config::setPassword);
        if (!read.token().isEmpty()) {
            config.setOauthTokenProvider(() -> Kubeconfig.read(file).token());
        }
        return new ApiAccess(config);
    }

    /** As a pod of the cluster. @throws AccessException where this is none */
    public static ApiAccess inCluster(Map<String, String> environment) {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "");
        if (host.isEmpty() || port.isEmpty()) {
            throw new AccessException(
                    "this is no pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are"
                            + " not set; say --kubeconfig instead");
        }
        Config config = Config.empty();
        config.setMasterUrl("https://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port);
        config.setCaCertFile(SERVICE_ACCOUNT.resolve("ca.crt").toString());
        Path token = SERVICE_ACCOUNT.resolve("token");
        var unused = token(token);
        config.setOauthTokenProvider(() -> token(token)); // the kubelet replaces it within the hour
        return new ApiAccess(config);
    }

    private static void set(String value, java.util.function.Consumer<String> setting) {
        if (!value.isEmpty()) {
            setting.accept(value);
        }
    }

    static String token(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new AccessException("the token " + file + " could not be read: " + e.getMessage());
        }
    }

    /** Where it is, such as {@code https://10.0.0.1:6443}. */
    public String server() {
        return server;
    }

    @Override
    public int get(String path, Duration patience, Receiver receiver) throws IOException, InterruptedException {
        Exchange exchange = new Exchange(receiver);
        long deadline = System.nanoTime() + patience.toNanos();
        CompletableFuture<HttpResponse<AsyncBody>> answer = client.consumeBytes(
                client.newHttpRequestBuilder().uri(server + path).build(), exchange::receive);
        try {
            HttpResponse<AsyncBody> response =
                    answer.get(Math.min(patience.toMillis(), CONNECT_MILLIS * 2L), TimeUnit.MILLISECONDS);
            exchange.status = response.code();
            response.body().consume();
            try {
                response.body().done().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } finally {
                response.body().cancel();
            }
        } catch (ExecutionException | CancellationException e) {
            throw exchange.failure(path, e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
        } catch (TimeoutException e) {
            throw new IOException("no end of the answer to " + path + " within " + patience.toSeconds() + " s", e);
        } finally {
            answer.cancel(true);
        }
        if (exchange.refused != null) {
            throw exchange.failure(path, exchange.refused);
        }
        return exchange.status;
    }

    /** An answer on its way. Its pieces come one after the other, on the client's threads. */
    private static final class Exchange {
        private final Receiver receiver;
        private volatile int status;
        private volatile @Nullable Exception refused;

        Exchange(Receiver receiver) {
            this.receiver = receiver;
        }

        void receive(List<ByteBuffer> pieces, AsyncBody body) {
            try {
                for (ByteBuffer piece : pieces) {
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    receiver.receive(status, bytes, bytes.length);
                }
                body.consume();
            } catch (IOException | RuntimeException e) {
                refused = e;
                body.cancel();
            }
        }

        IOException failure(String path, Throwable cause) {
            return switch (refused) {
                case IOException own -> own;
                case RuntimeException own -> throw own;
                case null, default ->
                    new IOException(
                            "the answer to " + path.split("\\?", 2)[0] + " was cut off: "
                                    + (cause.getMessage() == null
                                            ? cause.getClass().getSimpleName()
                                            : cause.getMessage()),
                            cause);
            };
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
