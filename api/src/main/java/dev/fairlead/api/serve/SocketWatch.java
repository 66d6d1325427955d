package dev.fairlead.api.serve;

import dev.fairlead.api.stream.Dialogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A watch over a WebSocket, where each event is a message of text instead of a line (kubernetes {@code
 * apiserver/pkg/endpoints/handlers/watch.go}, {@code HandleWS}). fabric8's client asks for this first. The watch has a virtual
 * thread of its own, which ends with the connection.
 */
final class SocketWatch implements Dialogue {
    private static final int NORMAL = 1000;

    private final Reply.Writer events;
    private Optional<Thread> telling = Optional.empty();

    /** @param events writes a line for each */
    SocketWatch(Reply.Writer events) {
        this.events = events;
    }

    /** The same watch, for a request that wants a WebSocket. */
    static Reply of(Reply watch, ApiRequest request) {
        return request.upgrade().equals(PodSockets.WEBSOCKET) && watch instanceof Reply.Stream stream
                ? new Reply.Socket("", new SocketWatch(stream.writer()))
                : watch;
    }

    @Override
    public void opened(Wire wire) {
        telling = Optional.of(Thread.ofVirtual().name("watch-socket").start(() -> {
            try (OutputStream lines = new Lines(wire)) {
                events.write(lines);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("a wire that fails says nothing", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the client has gone
            }
            wire.end(NORMAL, "");
        }));
    }

    /** A watcher has nothing to say. */
    @Override
    public void received(byte[] part, boolean last) {}

    @Override
    public void gone() {
        telling.ifPresent(Thread::interrupt);
    }

    /** Makes a message of each line. */
    private static final class Lines extends OutputStream {
        private final Wire wire;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void write(int one) {
            if (one == '\n') {
                wire.tell(line.toByteArray());
                line.reset();
            } else {
                line.write(one);
            }
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            int start = from;
            for (int i = from; i < from + count; i++) {
                if (bytes[i] == '\n') {
                    line.write(bytes, start, i - start);
                    write('\n');
                    start = i + 1;
                }
            }
            line.write(bytes, start, from + count - start);
        }
    }
}
