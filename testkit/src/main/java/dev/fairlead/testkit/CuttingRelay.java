package dev.fairlead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * Stands between a client and a server on loopback, and cuts each connection after so many bytes of the server's. Safe from any
 * thread; its own are virtual.
 */
public final class CuttingRelay implements AutoCloseable {
    private final ServerSocket listener;
    private final int to;
    private final IntSupplier bytes;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private CuttingRelay(ServerSocket listener, int to, IntSupplier bytes) {
        this.listener = listener;
        this.to = to;
        this.bytes = bytes;
    }

    /** @param to the server's port @param bytes how many of the server's, asked for each connection; 0 for none */
    public static CuttingRelay start(int to, IntSupplier bytes) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            CuttingRelay relay = new CuttingRelay(listener, to, bytes);
            Thread.ofVirtual().start(relay::serve);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
                open.add(client);
                open.add(server);
                int limit = bytes.getAsInt();
                Thread.ofVirtual().start(() -> copy(client, server, Integer.MAX_VALUE));
                Thread.ofVirtual().start(() -> copy(server, client, limit));
            } catch (IOException e) {
                // this connection is not to be, or the relay is closed
            }
        }
    }

    private void copy(Socket from, Socket onto, int limit) {
        try (from;
                onto) {
            byte[] buffer = new byte[4096];
            int left = limit;
            while (left > 0) {
                int n = from.getInputStream().read(buffer, 0, Math.min(buffer.length, left));
                if (n < 0) {
                    return;
                }
                onto.getOutputStream().write(buffer, 0, n);
                left -= n;
            }
        } catch (IOException e) {
            // cut from another side
        }
    }

    /** Ends every connection that there is. */
    public void cutAll() {
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        open.clear();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }
}
