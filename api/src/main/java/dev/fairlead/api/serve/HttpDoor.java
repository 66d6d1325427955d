package dev.fairlead.api.serve;

import dev.fairlead.api.ApiException;
import io.helidon.common.tls.Tls;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves an {@link ApiRouter} on loopback, with TLS, to those who have the token. */
public final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);
    private static final Duration END_PATIENCE = Duration.ofMillis(100);

    private final WebServer server;

    private HttpDoor(WebServer server) {
        this.server = server;
    }

    /**
     * Opens the door.
     *
     * @param port 0 for any free one
     * @param token what callers must show as {@code Authorization: Bearer}
     */
    public static HttpDoor open(ApiRouter handler, String host, int port, SSLContext tls, String token) {
        Bearer bearer = new Bearer(token);
        WebServer server = WebServer.builder()
                .host(host)
                .port(port)
                .tls(Tls.builder().sslContext(tls).build())
                .addProtocol(PodUpgrader.CONFIG)
                .addConnectionSelector(Http1ConnectionSelector.builder()
                        .config(Http1Config.builder()
                                .addReceiveListener(Presence.LISTENER)
                                .build())
                        .addUpgrader(new PodUpgrader(handler::answer, bearer))
                        .build())
                .shutdownGracePeriod(END_PATIENCE)
                .shutdownHook(false)
                .routing(routing -> routing.any((request, response) -> serve(handler, bearer, request, response)))
                .build()
                .start();
        return new HttpDoor(server);
    }

    public int port() {
        return server.port();
    }

    private static void serve(ApiRouter handler, Bearer bearer, ServerRequest request, ServerResponse response) {
        if (!bearer.isShown(request.headers())) {
            ApiException refusal = ApiException.unauthorized();
            send(new Reply.Document(refusal.code(), refusal.status(), List.of()), response);
            return;
        }
        Reply reply;
        try {
            reply = handler.answer(read(request));
        } catch (ApiException e) {
            reply = new Reply.Document(e.code(), e.status(), List.of());
        } catch (RuntimeException e) {
            LOG.error(
                    "{} {} failed", request.prologue().method(), request.path().path(), e);
            ApiException failure = ApiException.internal(String.valueOf(e.getMessage()));
            reply = new Reply.Document(failure.code(), failure.status(), List.of());
        }
        send(reply, response);
    }

    private static ApiRequest read(ServerRequest request) {
        byte[] body = new byte[0];
        if (request.content().hasEntity()) {
            try (InputStream in = request.content().inputStream()) {
                body = in.readNBytes(ApiRequest.MOST_BYTES + 1);
            } catch (IOException e) {
                throw new UncheckedIOException("the request's body could not be read", e);
            }
            if (body.length > ApiRequest.MOST_BYTES) {
                throw ApiException.tooLarge("Request entity too large: limit is " + ApiRequest.MOST_BYTES);
            }
        }
        return Requests.of(request.prologue().method(), request.path(), request.query(), request.headers(), body);
    }

    private static void send(Reply reply, ServerResponse response) {
        switch (reply) {
            case Reply.Document document -> {
                response.status(Status.create(document.status()));
                for (String warning : document.warnings()) {
                    response.headers().add(HeaderNames.WARNING, "299 - \"" + warning.replace("\"", "\\\"") + "\"");
                }
                response.header(HeaderNames.CONTENT_TYPE, "application/json");
                response.send(document.bytes());
            }
            case Reply.Text text -> {
                response.status(Status.create(text.status()));
                response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
                response.send(text.body().getBytes(StandardCharsets.UTF_8));
            }
            case Reply.Socket _ -> throw new IllegalStateException("a WebSocket for a request that asked for none");
            case Reply.Stream stream -> {
                response.status(Status.OK_200);
                response.header(HeaderNames.CONTENT_TYPE, stream.contentType());
                if (stream.lasting()) {
                    response.header(HeaderNames.CONNECTION, "close");
                }
                try (Presence watched = stream.lasting() ? Presence.watch() : Presence.unwatched();
                        OutputStream out = response.outputStream()) {
                    out.flush();
                    stream.writer().write(out);
                } catch (IOException | UncheckedIOException e) {
                    LOG.debug("a reader has gone: {}", e.getMessage());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
