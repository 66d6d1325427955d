package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

/** A client of a lab's API by the JDK's own HTTP, with what the lab's kubeconfig says. */
final class ApiCaller implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client;
    private final String server;
    private final String token;

    private ApiCaller(HttpClient client, String server, String token) {
        this.client = client;
        this.server = server;
        this.token = token;
    }

    /** @param kubeconfig the text of the file */
    static ApiCaller of(String kubeconfig) {
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
            return new ApiCaller(client, field(kubeconfig, "server"), field(kubeconfig, "token"));
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError("the kubeconfig's certificate", e);
        }
    }

    private static String field(String kubeconfig, String name) {
        Matcher matcher = Pattern.compile("\\b" + name + ": *(\\S+)").matcher(kubeconfig);
        if (!matcher.find()) {
            throw new AssertionError("no " + name + " in " + kubeconfig);
        }
        return matcher.group(1);
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
            throw new IOException(e);
        }
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
        client.shutdownNow();
        try {
            client.awaitTermination(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
