package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.serve.ApiRequest;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.api.serve.Query;
import dev.fairlead.api.serve.Reply;
import dev.fairlead.api.store.Journal;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.StoreLog;
import dev.fairlead.packet.Prefix;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are cut, watchers that come too late, and more objects than anybody has: over real HTTP, by the JDK's client. */
class BadDaysTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "a-token-of-this-test";
    private static final String LAST = "the last";
    /** How its event ends. */
    private static final String END = "\"data\":{\"v\":\"" + LAST + "\"}}}\n";

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private static final long EXPIRED = -1;

    @TempDir
    private Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Registry registry = Api.start().registry();
    private String server = "";
    private HttpClient client = HttpClient.newHttpClient();

    private void serve(ObjectStore store) throws Exception {
        client.close();
        registry = new Registry(
                store,
                RuleBook.of(List.of(Prefix.of("10.96.0.0/16"))),
                InstantSource.system(),
                new SplittableRandom(1));
        var unused = new Api(registry).create("{kind: Namespace, apiVersion: v1, metadata: {name: default}}");
        Certificate certificate = Certificate.selfSigned(
                "fairlead", List.of("localhost"), List.of(InetAddress.getByName("127.0.0.1")), Duration.ofDays(1));
        ApiRouter router = new ApiRouter(registry, JsonNodeFactory.instance.objectNode(), Map.of());
        HttpDoor door = HttpDoor.open(router, "127.0.0.1", 0, certificate.serverContext(), TOKEN);
        server = "https://127.0.0.1:" + door.port();
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "server",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate.encoded())));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        open.add(store);
        open.add(door);
    }

    @AfterEach
    void close() throws Exception {
        client.shutdownNow();
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private HttpResponse<InputStream> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(server + path))
                        .header("Authorization", "Bearer " + TOKEN)
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        try (InputStream body = get(path).body()) {
            return JSON.readTree(body);
        }
    }

    private Api api() {
        return new Api(registry);
    }

    private static String told(JsonNode event) {
        JsonNode object = event.path("object");
        return event.path("type").asText() + " "
                + object.path("metadata").path("name").asText() + " "
                + object.path("metadata").path("resourceVersion").asText() + " "
                + object.path("data").path("v").asText();
    }

    private static long version(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asLong();
    }

    /** Reads whole lines of a watch until {@code most} are there or the bytes are; what is cut in the middle is no event. */
    private List<JsonNode> watch(long after, int mostEvents, int mostBytes) throws IOException, InterruptedException {
        List<JsonNode> events = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (InputStream body = get(MAPS + "?watch=1&resourceVersion=" + after).body()) {
            for (int read = 0; read < mostBytes && events.size() < mostEvents; read++) {
                int one = body.read();
                if (one < 0) {
                    break;
                }
                if (one == '\n') {
                    events.add(JSON.readTree(line.toByteArray()));
                    line.reset();
                } else {
                    line.write(one);
                }
            }
        }
        return events;
    }

    /** Nothing is lost and nothing comes twice, wherever the connection ends. */
    @Test
    void aWatchThatIsCutAnywhereGoesOnWhereItWas() throws Exception {
        serve(ObjectStore.inMemory());
        api().createConfigMap("a", "1");
        long start = registry.store().revision();
        api().createConfigMap("b", "2");
        api().changeConfigMap("a", "3");
        api().deleteConfigMap("b");
        api().createConfigMap("b", LAST);
        List<JsonNode> whole = watch(start, 4, Integer.MAX_VALUE);
        List<String> wanted = whole.stream().map(BadDaysTest::told).toList();
        assertThat(wanted).hasSize(4);
        int bytes = 0;
        for (JsonNode event : whole) {
            bytes += JSON.writeValueAsBytes(event).length + 1;
        }
        for (int cut = 0; cut <= bytes; cut++) {
            goesOn(start, wanted, cutInside(start, cut), cut);
        }
        for (int cut = 0; cut <= bytes; cut += 131) { // the same by TLS, of which each connection costs more
            goesOn(start, wanted, watch(start, 4, cut), cut);
        }
    }

    private void goesOn(long start, List<String> wanted, List<JsonNode> before, int cut)
            throws IOException, InterruptedException {
        List<String> all =
                new ArrayList<>(before.stream().map(BadDaysTest::told).toList());
        long last = before.isEmpty() ? start : version(before.getLast().path("object"));
        int left = wanted.size() - before.size();
        if (left > 0) {
            List<JsonNode> rest =
                    cut % 131 == 0 ? watch(last, left, Integer.MAX_VALUE) : cutInside(last, Integer.MAX_VALUE);
            rest.forEach(event -> all.add(told(event)));
        }
        assertThat(all).as("cut after %d bytes", cut).isEqualTo(wanted);
    }

    /** What a reader has of a watch when the server can't write more than so many bytes. Four events are all there are. */
    private List<JsonNode> cutInside(long after, int most) throws IOException, InterruptedException {
        Query query = Query.of(Map.of("watch", "1", "resourceVersion", Long.toString(after)));
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        Reply reply = new ApiRouter(registry, JsonNodeFactory.instance.objectNode(), Map.of())
                .answer(new ApiRequest("GET", MAPS, query, "application/json", "", new byte[0]));
        try {
            ((Reply.Stream) reply).writer().write(new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    if (got.size() >= most
                            || got.toString(StandardCharsets.UTF_8).endsWith(END)) {
                        throw new IOException("the connection is gone");
                    }
                    got.write(one);
                }

                @Override
                public void flush() throws IOException {
                    if (got.toString(StandardCharsets.UTF_8).endsWith(END)) {
                        throw new IOException("the reader has all of it and goes");
                    }
                }
            });
        } catch (IOException gone) {
            assertThat(gone).hasNoCause();
        }
        List<JsonNode> events = new ArrayList<>();
        String text = got.toString(StandardCharsets.UTF_8);
        for (int from = 0, end = text.indexOf('\n'); end >= 0; from = end + 1, end = text.indexOf('\n', from)) {
            events.add(JSON.readTree(text.substring(from, end)));
        }
        return events;
    }

    /** A reader as clients have it: lists, watches, goes on after a cut, and lists again when it is too late. */
    @Test
    void whoComesTooLateListsAgainAndMissesNothing() throws Exception {
        serve(new ObjectStore(Journal.NONE, 1, List.of(), 20));
        SplittableRandom random = new SplittableRandom(7);
        Map<String, String> picture = new TreeMap<>();
        long seen = list(picture);
        int late = 0;
        for (int round = 0; round < 60; round++) {
            int changes = random.nextInt(1, 40); // sometimes more than the server keeps
            for (int i = 0; i < changes; i++) {
                disturb(random, "m" + random.nextInt(8), round + "-" + i);
            }
            long now = registry.store().revision();
            HttpResponse<InputStream> answer =
                    get(MAPS + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=30&resourceVersion=" + seen);
            seen = follow(answer.body(), picture, seen, now);
            if (seen == EXPIRED) {
                picture.clear();
                seen = list(picture);
                late++;
            }
            assertThat(picture).as("round %d", round).isEqualTo(stored());
        }
        assertThat(late).as("rounds in which the history was gone").isBetween(5, 55);
    }

    private void disturb(SplittableRandom random, String name, String value) {
        boolean there = registry.find(Resources.CONFIG_MAPS, "default", name).isPresent();
        if (!there) {
            api().createConfigMap(name, value);
        } else if (random.nextInt(3) == 0) {
            api().deleteConfigMap(name);
        } else {
            api().changeConfigMap(name, value);
        }
    }

    private Map<String, String> stored() {
        Map<String, String> all = new TreeMap<>();
        registry.store().list("configmaps", "default").objects().forEach(object -> remember(all, object));
        return all;
    }

    private static void remember(Map<String, String> picture, JsonNode object) {
        picture.put(
                object.path("metadata").path("name").asText(),
                object.path("data").path("v").asText());
    }

    private long list(Map<String, String> picture) throws IOException, InterruptedException {
        JsonNode list = json(MAPS);
        list.path("items").forEach(object -> remember(picture, object));
        return version(list);
    }

    /** Until the revision is reached, by an event or by a bookmark, or {@link #EXPIRED}. */
    private static long follow(InputStream body, Map<String, String> picture, long from, long until)
            throws IOException {
        long seen = from;
        try (body;
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            while (seen < until) {
                JsonNode event = JSON.readTree(String.valueOf(lines.readLine()));
                JsonNode object = event.path("object");
                if (event.path("type").asText().equals("ERROR")) {
                    assertThat(object.path("code").asInt()).isEqualTo(410);
                    assertThat(object.path("reason").asText()).isEqualTo("Expired");
                    return EXPIRED;
                }
                seen = version(object);
                switch (event.path("type").asText()) {
                    case "ADDED", "MODIFIED" -> remember(picture, object);
                    case "DELETED" ->
                        picture.remove(object.path("metadata").path("name").asText());
                    case "BOOKMARK" -> assertThat(seen).isPositive();
                    default -> throw new AssertionError(event.toString());
                }
            }
        }
        return seen;
    }

    /** Written by sixteen at once onto a disk, listed in pieces, and seen by a watch. */
    @Test
    void tenThousandObjects() throws Exception {
        int count = 10_000;
        StoreLog.Opened opened = StoreLog.open(directory.resolve("objects.log"));
        serve(opened.store());
        long start = registry.store().revision();
        CompletableFuture<Integer> watched = CompletableFuture.supplyAsync(() -> {
            TreeSet<String> names = new TreeSet<>();
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                    get(MAPS + "?watch=1&resourceVersion=" + start).body(), StandardCharsets.UTF_8))) {
                while (names.size() < count) {
                    names.add(JSON.readTree(String.valueOf(lines.readLine()))
                            .path("object")
                            .path("metadata")
                            .path("name")
                            .asText());
                }
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
            return names.size();
        });
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 16; w++) {
            int writer = w;
            writers.add(Thread.ofPlatform().start(() -> {
                for (int i = writer; i < count; i += 16) {
                    api().createConfigMap("map-%05d".formatted(i), "x");
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(watched.get(60, TimeUnit.SECONDS)).isEqualTo(count);

        List<String> names = new ArrayList<>();
        String more = "";
        int pieces = 0;
        do {
            JsonNode list = json(MAPS + "?limit=500&continue=" + more);
            list.path("items")
                    .forEach(object ->
                            names.add(object.path("metadata").path("name").asText()));
            more = list.path("metadata").path("continue").asText();
            pieces++;
        } while (!more.isEmpty());
        assertThat(pieces).isEqualTo(20);
        assertThat(names).hasSize(count).isSorted().doesNotHaveDuplicates();

        registry.store().close();
        try (ObjectStore again = StoreLog.open(directory.resolve("objects.log")).store()) {
            assertThat(again.list("configmaps", "").objects()).hasSize(count);
        }
    }
}
