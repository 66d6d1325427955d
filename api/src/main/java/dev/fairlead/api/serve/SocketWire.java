package dev.fairlead.api.serve;

import dev.fairlead.api.stream.Dialogue;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.websocket.WsSession;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** Sends on a WebSocket, one message after the other, until its end. */
final class SocketWire implements Dialogue.Wire {
    private final WsSession session;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;

    SocketWire(WsSession session) {
        this.session = session;
    }

    @Override
    public void send(byte[] message) {
        attempt(() -> session.send(BufferData.create(message), true), false);
    }

    @Override
    public void tell(byte[] message) {
        attempt(() -> session.send(new String(message, StandardCharsets.UTF_8), true), false);
    }

    @Override
    public void end(int code, String reason) {
        attempt(() -> session.close(code, reason), true);
    }

    private void attempt(Runnable work, boolean last) {
        lock.lock();
        try {
            if (!ended) {
                ended = last;
                work.run();
            }
        } catch (SocketWriterException | UncheckedIOException e) {
            ended = true; // the thread that reads meets the end too, and tells it
        } finally {
            lock.unlock();
        }
    }
}
