package dev.fairlead.api.serve;

import dev.fairlead.api.stream.Dialogue;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsConnection;
import io.helidon.webserver.websocket.WsUpgrader;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Turns a request into a WebSocket where the answer to it is one. Every other answer, refusals with their {@code Status}
 * above all, is left to the usual way of answering.
 */
final class PodUpgrader extends WsUpgrader {
    /**
     * Of a message it takes as many bytes as the real server does ({@code DefaultMaxPayloadBytes} of golang.org/x/net/websocket):
     * libraries send files whole. Helidon reads it from the listener.
     */
    static final WsConfig CONFIG = WsConfig.builder().maxFrameLength(32 << 20).build();

    private final Function<ApiRequest, Reply> answers;
    private final Bearer bearer;

    /** @param answers asked for watches and the paths of pods' streams only, and asked again when it refuses */
    PodUpgrader(Function<ApiRequest, Reply> answers, Bearer bearer) {
        super(CONFIG);
        this.answers = answers;
        this.bearer = bearer;
    }

    @Override
    public ServerConnection upgrade(ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (prologue.method() != Method.GET
                || !headers.contains(WS_KEY)
                || !headers.first(WS_VERSION).orElse(SUPPORTED_VERSION).equals(SUPPORTED_VERSION)
                || !isMeant(prologue)
                || !bearer.isShown(headers)) {
            return notHere();
        }
        ApiRequest request = Requests.of(prologue.method(), prologue.uriPath(), prologue.query(), headers, new byte[0]);
        return switch (answers.apply(request)) {
            case Reply.Socket socket -> open(context, prologue, headers, socket);
            case Reply.Document _, Reply.Text _, Reply.Stream _ -> notHere();
        };
    }

    private static boolean isMeant(HttpPrologue prologue) {
        return prologue.query().contains("watch")
                || prologue.uriPath().path().matches("/api/v1/namespaces/[^/]+/pods/[^/]+/(exec|attach|portforward)");
    }

    @SuppressWarnings("NullAway") // Helidon's word for "no upgrade"
    private static ServerConnection notHere() {
        return null;
    }

    private ServerConnection open(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers, Reply.Socket socket) {
        String key = headers.get(WS_KEY).get();
        WritableHeaders<?> chosen = WritableHeaders.create();
        String spoken = "";
        if (!socket.protocol().isEmpty()) {
            chosen.set(PROTOCOL, socket.protocol());
            spoken = "\r\n" + PROTOCOL.defaultCase() + ": " + socket.protocol();
        }
        context.dataWriter()
                .writeNow(BufferData.create(
                        (SWITCHING_PROTOCOL_PREFIX + hash(context, key) + spoken + SWITCHING_PROTOCOLS_SUFFIX)
                                .getBytes(StandardCharsets.US_ASCII)));
        Listener listener = new Listener(socket.dialogue());
        return new Watched(WsConnection.create(context, prologue, chosen, key, listener), listener);
    }

    /** A connection that tells its end: Helidon's own says nothing when the other side just goes. */
    private record Watched(WsConnection connection, Listener listener) implements ServerConnection {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                connection.handle(limit);
            } finally {
                listener.end();
            }
        }

        /** Never idle: a shell in which nobody types is no reason to end it. */
        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
            connection.close(interrupt);
        }
    }

    /** Helidon's words for a {@link Dialogue}. */
    private static final class Listener implements WsListener {
        private final Dialogue dialogue;
        private final AtomicBoolean ended = new AtomicBoolean();

        Listener(Dialogue dialogue) {
            this.dialogue = dialogue;
        }

        @Override
        public void onOpen(WsSession session) {
            dialogue.opened(new SocketWire(session));
        }

        @Override
        public void onMessage(WsSession session, BufferData message, boolean last) {
            dialogue.received(message.readBytes(), last);
        }

        @Override
        public void onPing(WsSession session, BufferData payload) {
            session.pong(payload);
        }

        void end() {
            if (ended.compareAndSet(false, true)) {
                dialogue.gone();
            }
        }
    }
}
