package dev.fairlead.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Protocol;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page of a cluster on loopback, to those who have the token: in the link for the page itself, then by a cookie, or
 * as {@code Authorization: Bearer}.
 */
public final class PageDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PageDoor.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOST = "127.0.0.1";
    private static final Duration END_PATIENCE = Duration.ofMillis(100);
    private static final int MOST_BYTES = 16 * 1024;
    private static final int GZIP_BYTES = 8192;

    /** On every answer: nothing from elsewhere is loaded, run, asked or told, and nobody else shows the page in a frame. */
    private static final Map<String, String> RULES = Map.of(
            "Content-Security-Policy",
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin");

    private final WebServer server;
    private final String token;

    private PageDoor(WebServer server, String token) {
        this.server = server;
        this.token = token;
    }

    /**
     * Opens the door.
     *
     * @param port 0 for any free one
     * @param token what callers must show; of letters and digits
     * @throws UncheckedIOException when the port is taken
     */
    public static PageDoor open(ClusterView view, int port, String token) {
        Serving serving = new Serving(view, new PageFiles(), new TraceShelf());
        WebServer server = WebServer.builder()
                .host(HOST)
                .port(port)
                .shutdownGracePeriod(END_PATIENCE)
                .shutdownHook(false)
                .routing(routing -> routing.any((request, response) ->
                        serving.serve(new Entrance(token, request.localPeer().port()), request, response)))
                .build()
                .start();
        return new PageDoor(server, token);
    }

    public int port() {
        return server.port();
    }

    /** What a person opens in a browser. */
    public String link() {
        return link(port(), token);
    }

    /** The link of a door that is to be opened. */
    public static String link(int port, String token) {
        return "http://" + HOST + ":" + port + "/?token=" + token;
    }

    @Override
    public void close() {
        server.stop();
    }

    /** What is served. */
    private record Serving(ClusterView view, PageFiles files, TraceShelf traces) {

        void serve(Entrance entrance, ServerRequest request, ServerResponse response) {
            RULES.forEach((name, value) -> response.header(HeaderNames.create(name), value));
            String path = request.path().path();
            String method = request.prologue().method().text();
            boolean page = path.equals("/") && method.equals("GET");
            boolean linked =
                    page && entrance.isToken(request.query().first("token").orElse(""));
            if (!Entrance.isHere(request.headers())) {
                text(response, Status.create(421), "this page is only for 127.0.0.1 and localhost");
            } else if (!linked && !entrance.isShown(request.headers())) {
                text(response, Status.UNAUTHORIZED_401, "open the whole link, with its token; lab page prints it");
            } else if (!page && !Entrance.isOwn(request.headers())) {
                text(response, Status.FORBIDDEN_403, "another site's page may not ask this");
            } else {
                if (linked) {
                    response.header(HeaderNames.SET_COOKIE, entrance.setCookie());
                }
                route(method + " " + path, request, response);
            }
        }

        private void route(String what, ServerRequest request, ServerResponse response) {
            try {
                switch (what) {
                    case "GET /" -> file("index.html", request, response);
                    case "GET /api/events" -> events(request, response);
                    case "GET /api/details" ->
                        json(
                                response,
                                TopologyJson.sections(view.details(
                                        request.query().first("object").orElse(""))));
                    case "POST /api/trace" -> {
                        Question question = Question.read(request);
                        json(response, traces.keep(view.trace(question.from, question.to, question.protocol)));
                    }
                    case "GET /api/trace" -> keptTrace(request, response);
                    case "POST /api/explain" -> {
                        Question question = Question.read(request);
                        json(response, view.explain(question.from, question.to, question.protocol));
                    }
                    default -> file(what.startsWith("GET /") ? what.substring(5) : "", request, response);
                }
            } catch (ViewRefusal e) {
                text(response, Status.create(422), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("{} failed", what, e);
                text(response, Status.INTERNAL_SERVER_ERROR_500, "this failed: " + e.getMessage());
            }
        }

        private void keptTrace(ServerRequest request, ServerResponse response) {
            traces.find(request.query().first("id").orElse(""))
                    .ifPresentOrElse(
                            trace -> json(response, trace),
                            () -> text(response, Status.NOT_FOUND_404, "that trace isn't kept any more"));
        }

        private void file(String name, ServerRequest request, ServerResponse response) {
            PageFiles.PageFile file = files.find(name).orElse(null);
            if (file == null) {
                text(response, Status.NOT_FOUND_404, "there is nothing here");
                return;
            }
            response.header(HeaderNames.CONTENT_TYPE, file.type());
            response.header(HeaderNames.CACHE_CONTROL, "no-cache");
            response.header(HeaderNames.ETAG, file.tag());
            response.header(HeaderNames.VARY, "Accept-Encoding");
            if (request.headers().first(HeaderNames.IF_NONE_MATCH).orElse("").equals(file.tag())) {
                response.status(Status.NOT_MODIFIED_304).send();
            } else if (gzips(request)) {
                response.header(HeaderNames.CONTENT_ENCODING, "gzip");
                response.send(file.gzipped());
            } else {
                response.send(file.plain());
            }
        }

        private void events(ServerRequest request, ServerResponse response) {
            response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
            response.header(HeaderNames.CACHE_CONTROL, "no-store");
            boolean gzips = gzips(request);
            if (gzips) {
                response.header(HeaderNames.CONTENT_ENCODING, "gzip");
            }
            String known = request.headers()
                    .first(HeaderNames.create("Last-Event-ID"))
                    .filter(id -> id.matches("\\d{1,18}"))
                    .orElse("-1");
            try (OutputStream plain = response.outputStream();
                    OutputStream out = gzips ? new GZIPOutputStream(plain, GZIP_BYTES, true) : plain) {
                new EventStream(view, out).tell(Long.parseLong(known));
            } catch (IOException | RuntimeException e) { // the page was closed, or the cluster is gone
                LOG.debug("a page is told no more: {}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static boolean gzips(ServerRequest request) {
            return request.headers()
                    .first(HeaderNames.ACCEPT_ENCODING)
                    .orElse("")
                    .contains("gzip");
        }

        private static void json(ServerResponse response, JsonNode json) {
            response.header(HeaderNames.CONTENT_TYPE, "application/json");
            response.header(HeaderNames.CACHE_CONTROL, "no-store");
            try {
                response.send(JSON.writeValueAsBytes(json));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a JSON tree could not be written", e);
            }
        }

        private static void text(ServerResponse response, Status status, String sentence) {
            response.status(status);
            response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
            response.send(sentence.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Which way is asked for. */
    private record Question(String from, String to, Protocol protocol) {
        static Question read(ServerRequest request) {
            try (InputStream in = request.content().inputStream()) {
                JsonNode json = JSON.readTree(in.readNBytes(MOST_BYTES));
                if (!(json instanceof ObjectNode)) {
                    throw new ViewRefusal("the request's body is no JSON object");
                }
                Protocol protocol = Protocol.named(json.path("protocol").asText())
                        .orElseThrow(() -> new ViewRefusal("the protocol must be tcp, udp or icmp"));
                return new Question(json.path("from").asText(), json.path("to").asText(), protocol);
            } catch (JsonProcessingException e) {
                throw new ViewRefusal("the request's body is no JSON");
            } catch (IOException e) {
                throw new UncheckedIOException("the request's body could not be read", e);
            }
        }
    }
}
