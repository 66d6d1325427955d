package dev.fairlead.lab.workload;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Image {@code fairlead/echo}: sends back what it gets, on TCP and on UDP, on one port. */
public final class EchoServing implements Running {
    private static final int LARGEST_DATAGRAM = 65_535;

    private final ServerSocketChannel tcp;
    private final DatagramChannel udp;
    private final int port;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong connectionCount = new AtomicLong();
    private final AtomicLong datagramCount = new AtomicLong();

    private EchoServing(ServerSocketChannel tcp, DatagramChannel udp, int port) {
        this.tcp = tcp;
        this.udp = udp;
        this.port = port;
    }

    /**
     * Listens on all addresses of a pod.
     *
     * @param port 1 to 65535, for both protocols
     */
    public static EchoServing start(Netns pod, String hostname, int port) {
        ServingSockets sockets = ServingSockets.open(pod, "fairlead/echo", hostname, port);
        EchoServing serving = new EchoServing(sockets.tcp(), sockets.udp(), port);
        Thread.ofVirtual().name(hostname + "-echo-tcp").start(serving::acceptAll);
        Thread.ofPlatform().daemon().name(hostname + "-echo-udp").start(serving::answerDatagrams);
        return serving;
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel connection = tcp.accept();
                connections.add(connection);
                connectionCount.incrementAndGet();
                Thread.ofVirtual().start(() -> echo(connection));
            }
        } catch (IOException e) {
            // closed: the pod is going
        }
    }

    private void echo(SocketChannel connection) {
        try (connection) {
            ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
            while (connection.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    connection.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            // the peer went away in the middle: nobody is left to tell
        } finally {
            connections.remove(connection);
        }
    }

    private void answerDatagrams() {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST_DATAGRAM);
        while (udp.isOpen()) {
            try {
                SocketAddress from = udp.receive(buffer.clear());
                if (from != null) {
                    udp.send(buffer.flip(), from);
                    datagramCount.incrementAndGet();
                }
            } catch (IOException e) {
                // an ICMP error about an earlier answer, or closed: the loop's condition tells which
            }
        }
    }

    @Override
    public String summary() {
        return "echo on port " + port + ", " + connectionCount + " connections, " + datagramCount + " datagrams";
    }

    @Override
    public void close() {
        try {
            tcp.close();
            udp.close();
            for (SocketChannel connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not close the sockets of an echo container: " + e.getMessage(), e);
        }
    }
}
