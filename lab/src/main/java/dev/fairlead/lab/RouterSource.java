package dev.fairlead.lab;

import dev.fairlead.api.serve.ApiRequest;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Query;
import dev.fairlead.api.serve.Reply;
import dev.fairlead.cluster.ApiSource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lab's API for agents in the lab's own JVM: the same requests and the same bytes as over HTTP, without a connection, keys
 * and a token. Any thread.
 */
record RouterSource(ApiRouter router) implements ApiSource {
    private static final int OK = 200;

    @Override
    public int get(String path, Duration patience, Receiver receiver) throws IOException, InterruptedException {
        String[] parts = path.split("\\?", 2);
        ApiRequest request = new ApiRequest(
                "GET", parts[0], query(parts.length < 2 ? "" : parts[1]), "application/json", "", new byte[0]);
        return switch (router.answer(request)) {
            case Reply.Document document -> {
                byte[] body = document.bytes();
                receiver.receive(document.status(), body, body.length);
                yield document.status();
            }
            case Reply.Text text -> {
                byte[] body = text.body().getBytes(StandardCharsets.UTF_8);
                receiver.receive(text.status(), body, body.length);
                yield text.status();
            }
            case Reply.Stream stream -> {
                stream.writer().write(new Receiving(receiver));
                yield OK;
            }
            case Reply.Socket socket ->
                throw new IOException(path + " is a WebSocket (" + socket.protocol() + "), not an answer");
        };
    }

    private static Query query(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String parameter : text.split("&", -1)) {
            String[] sides = parameter.split("=", 2);
            values.put(sides[0], sides.length < 2 ? "" : URLDecoder.decode(sides[1], StandardCharsets.UTF_8));
        }
        return Query.of(values);
    }

    /** What is written is received. */
    private static final class Receiving extends OutputStream {
        private final Receiver receiver;

        Receiving(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void write(int one) throws IOException {
            receiver.receive(OK, new byte[] {(byte) one}, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            receiver.receive(OK, from == 0 ? bytes : java.util.Arrays.copyOfRange(bytes, from, from + length), length);
        }
    }

    /** A watch ends by the interrupt of its thread. */
    @Override
    public void close() {}
}
