package dev.fairlead.api.serve;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Notices that a caller has gone while its answer is still being written, and interrupts the thread that writes. Whoever only
 * writes learns of it with the next write, and a log that nobody adds to would be followed for ever. The caller has nothing
 * to say meanwhile, so what can be read is the end. The connection must not be used again, because somebody reads from it.
 */
final class Presence implements AutoCloseable {
    /** Each connection is served by a thread of its own. */
    private static final ThreadLocal<ConnectionContext> CONNECTION = new ThreadLocal<>();

    /** Tells which connection a thread serves; to be given to the server. */
    static final Http1ConnectionListener LISTENER = new Http1ConnectionListener() {
        @Override
        public void prologue(ConnectionContext context, HttpPrologue prologue) {
            CONNECTION.set(context);
        }
    };

    private final Optional<Thread> writer;
    private boolean over;

    private Presence(Optional<Thread> writer) {
        this.writer = writer;
    }

    static Presence unwatched() {
        return new Presence(Optional.empty());
    }

    /** Watches the caller of the calling thread until this is closed. */
    static Presence watch() {
        Presence presence = new Presence(Optional.of(Thread.currentThread()));
        DataReader reader = CONNECTION.get().dataReader();
        Thread.ofVirtual().name("presence").start(() -> {
            try {
                reader.ensureAvailable(); // a caller that speaks out of turn is there
            } catch (DataReader.InsufficientDataAvailableException | UncheckedIOException | IllegalStateException e) {
                presence.gone();
            }
        });
        return presence;
    }

    private synchronized void gone() {
        if (!over) {
            writer.ifPresent(Thread::interrupt);
        }
    }

    @Override
    public synchronized void close() {
        over = true;
    }
}
