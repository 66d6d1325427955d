package dev.fairlead.lab.node;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's API on the loopback device of a node: a socket that listens inside the node's namespace, and whose connections this
 * process carries on to the one port of the API and to nowhere else. So the namespace stays without a way out
 * (docs/decisions/0016). Its accepting thread stays in the lab's own namespace; virtual threads copy.
 */
public final class ApiRelay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRelay.class);

    /** The usual port of an API server. */
    public static final int PORT = 6443;

    private static final int BACKLOG = 64;
    private static final int PIECE = 16 * 1024;

    private final ServerSocket listener;
    private final int api;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private ApiRelay(ServerSocket listener, int api) {
        this.listener = listener;
        this.api = api;
    }

    /** @param api the port on this process's own loopback device */
    public static ApiRelay open(String nodeName, Netns node, int api) {
        // Only the socket is opened inside: a thread started there would stay in the node's namespace.
        ServerSocket listener = node.call(() -> {
            ServerSocket made = new ServerSocket();
            try {
                made.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT), BACKLOG);
                return made;
            } catch (IOException e) {
                made.close();
                throw new UncheckedIOException("the lab's API could not listen on port " + PORT + " of " + nodeName, e);
            }
        });
        ApiRelay relay = new ApiRelay(listener, api);
        Thread.ofPlatform().daemon().name("api-of-" + nodeName).start(relay::serve);
        return relay;
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket agent = listener.accept();
                open.add(agent);
                try {
                    Socket server = new Socket(InetAddress.ofLiteral("127.0.0.1"), api);
                    open.add(server);
                    agent.setTcpNoDelay(true);
                    server.setTcpNoDelay(true);
                    Thread.ofVirtual().start(() -> copy(agent, server));
                    Thread.ofVirtual().start(() -> copy(server, agent));
                } catch (IOException e) {
                    LOG.warn("the lab's API can't be reached for a node: {}", e.getMessage());
                    close(agent);
                }
            } catch (IOException e) {
                LOG.debug("a connection to the API could not be taken: {}", e.getMessage());
            }
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] piece = new byte[PIECE];
        try {
            for (int n = from.getInputStream().read(piece);
                    n >= 0;
                    n = from.getInputStream().read(piece)) {
                to.getOutputStream().write(piece, 0, n);
            }
        } catch (IOException e) {
            LOG.debug("a connection to the API was cut: {}", e.getMessage());
        } finally {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a connection to the API did not close: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("the API's socket in a node did not close: {}", e.getMessage());
        }
        Set.copyOf(open).forEach(this::close);
    }
}
