package dev.fairlead.kernel.nftables;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Two throw-away namespaces joined by a cable, with no link to anything else.
 *
 * <pre>
 *   client                           node
 *   eth0 10.1.0.2/24  ── veth ──  eth0 10.1.0.1/24, 10.1.0.11 to 13
 *        fd01::2/64                    fd01::1/64
 *   default via 10.1.0.1               servers
 *   default via fd01::1
 * </pre>
 */
public final class TwoNamespaces implements AutoCloseable {
    public final Inside client;
    public final Inside node;
    private final List<AutoCloseable> open = new ArrayList<>();

    private TwoNamespaces(Inside client, Inside node) {
        this.client = client;
        this.node = node;
    }

    public static TwoNamespaces create(String... tools) {
        Inside client = Inside.create("ip");
        Inside node = Inside.create(tools);
        TwoNamespaces both = new TwoNamespaces(client, node);
        node.run("ip", "link", "set", "lo", "up");
        client.run("ip", "link", "set", "lo", "up");
        node.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", client.path());
        for (String address : List.of("10.1.0.1/24", "10.1.0.11/24", "10.1.0.12/24", "10.1.0.13/24")) {
            node.run("ip", "addr", "add", address, "dev", "eth0");
        }
        node.run("ip", "addr", "add", "fd01::1/64", "dev", "eth0", "nodad");
        node.run("ip", "link", "set", "eth0", "up");
        client.run("ip", "addr", "add", "10.1.0.2/24", "dev", "eth0");
        client.run("ip", "addr", "add", "fd01::2/64", "dev", "eth0", "nodad");
        client.run("ip", "link", "set", "eth0", "up");
        client.run("ip", "route", "add", "default", "via", "10.1.0.1");
        client.run("ip", "route", "add", "default", "via", "fd01::1");
        return both;
    }

    /** A server in the node that says its own address to whoever connects. */
    public void serve(String address, int port) {
        ServerSocket server = node.namespace().call(() -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return socket;
        });
        open.add(server);
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket connection = server.accept();
                    Thread.ofVirtual().start(() -> talk(connection, address));
                } catch (IOException e) {
                    // The server was closed.
                }
            }
        });
    }

    private static void talk(Socket connection, String line) {
        try (connection) {
            connection.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            connection.getInputStream().transferTo(OutputStream.nullOutputStream()); // until the client goes
        } catch (IOException e) {
            // The client is gone, or the namespace.
        }
    }

    /** Connects from the client; the connection is closed with this object. */
    public Socket connect(String address, int port) {
        Socket socket = client.namespace().call(() -> {
            Socket fresh = new Socket();
            fresh.connect(new InetSocketAddress(address, port), 5000);
            return fresh;
        });
        open.add(socket);
        return socket;
    }

    /** What the server at the other end of a connection says of itself. */
    public static String answer(Socket socket) throws IOException {
        socket.setSoTimeout(5000);
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '\n' && c >= 0;
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    public void closeLater(AutoCloseable closeable) {
        open.add(closeable);
    }

    @Override
    public void close() {
        for (AutoCloseable closeable : open.reversed()) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new AssertionError("could not close " + closeable, e);
            }
        }
        client.close();
        node.close();
    }
}
