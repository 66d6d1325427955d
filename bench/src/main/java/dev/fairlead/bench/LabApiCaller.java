package dev.fairlead.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks a lab's API over HTTPS on one connection, as kubectl does once it has started. */
public final class LabApiCaller implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int GOOD = 300;

    private final HttpClient client;
    private final String server;
    private final String token;

    private LabApiCaller(HttpClient client, String server, String token) {
        this.client = client;
        this.server = server;
        this.token = token;
    }

    /** @param kubeconfig the text of the lab's file */
    public static LabApiCaller of(String kubeconfig) {
        byte[] authority = Base64.getDecoder().decode(field(kubeconfig, "certificate-authority-data"));
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "lab",
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(authority)));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(context)
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(PATIENCE)
                    .build();
            return new LabApiCaller(client, field(kubeconfig, "server"), field(kubeconfig, "token"));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the lab's certificate can't be used: " + e.getMessage(), e);
        }
    }

    private static String field(String kubeconfig, String name) {
        Matcher matcher = Pattern.compile("\\b" + name + ": *(\\S+)").matcher(kubeconfig);
        if (!matcher.find()) {
            throw new IllegalStateException("the lab's kubeconfig has no " + name);
        }
        return matcher.group(1);
    }

    /** What came back. */
    public record Answer(int status, String body) {}

    /** @throws IllegalStateException with what the API said, when it refuses */
    void call(String method, String path, String body) {
        try {
            Answer answer = ask(method, path, body, "application/json");
            if (answer.status() >= GOOD) {
                throw new IllegalStateException(method + " " + path + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + " was not answered", e);
        }
    }

    /** @param type of the body @throws IOException when there was no answer */
    public Answer ask(String method, String path, String body, String type) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", type)
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        try {
            client.awaitTermination(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
