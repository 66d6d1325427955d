package dev.fairlead.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a zone on two sockets, RFC 1035 section 4.2 and RFC 7766: one thread for UDP, a virtual one for each TCP connection.
 * Safe from any thread.
 */
public final class NameServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NameServer.class);
    private static final int LARGEST_DATAGRAM = 65_535;
    /** A connection that says nothing for so long is closed, in milliseconds. */
    private static final int IDLE = 10_000;

    private static final int MOST_CONNECTIONS = 1000;

    private final DatagramChannel udp;
    private final ServerSocketChannel tcp;
    private final ClusterZone zone;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong questions = new AtomicLong();

    private NameServer(DatagramChannel udp, ServerSocketChannel tcp, ClusterZone zone) {
        this.udp = udp;
        this.tcp = tcp;
        this.zone = zone;
    }

    /** Begins to answer. @param udp bound, and like {@code tcp} closed with this */
    public static NameServer start(DatagramChannel udp, ServerSocketChannel tcp, ClusterZone zone) {
        NameServer server = new NameServer(udp, tcp, zone);
        Thread.ofPlatform().daemon().name("dns-udp").start(server::answerDatagrams);
        Thread.ofVirtual().name("dns-tcp").start(server::acceptAll);
        return server;
    }

    /** How many questions were answered. */
    public long questions() {
        return questions.get();
    }

    private void answerDatagrams() {
        ByteBuffer buffer = ByteBuffer.allocate(LARGEST_DATAGRAM);
        while (udp.isOpen()) {
            try {
                SocketAddress from = udp.receive(buffer.clear());
                byte[] question = Arrays.copyOf(buffer.array(), buffer.position());
                var answer = zone.answer(question, ClusterZone.Transport.UDP);
                if (answer.isPresent()) {
                    questions.incrementAndGet();
                    udp.send(ByteBuffer.wrap(answer.get()), from);
                }
            } catch (IOException e) {
                // an ICMP error about an earlier answer, or closed: the loop's condition tells which
            } catch (RuntimeException e) { // one question that we can't answer mustn't keep the others from it
                LOG.error("a question by UDP was not answered: {}", e.getMessage(), e);
            }
        }
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel channel = tcp.accept();
                if (connections.size() >= MOST_CONNECTIONS) {
                    channel.close();
                    continue;
                }
                connections.add(channel.socket());
                Thread.ofVirtual().start(() -> converse(channel.socket()));
            }
        } catch (IOException e) {
            // closed: the server is going
        }
    }

    private void converse(Socket connection) {
        try (connection) {
            connection.setSoTimeout(IDLE);
            DataInputStream in = new DataInputStream(connection.getInputStream());
            DataOutputStream out = new DataOutputStream(connection.getOutputStream());
            while (true) {
                byte[] question = in.readNBytes(in.readUnsignedShort());
                var answer = zone.answer(question, ClusterZone.Transport.TCP);
                if (answer.isEmpty()) {
                    return;
                }
                questions.incrementAndGet();
                byte[] framed = new byte[answer.get().length + 2];
                ByteBuffer.wrap(framed).putShort((short) answer.get().length).put(answer.get());
                out.write(framed); // both at once, or the peer would wait for the second packet
            }
        } catch (EOFException e) {
            // it has no more questions
        } catch (IOException e) {
            LOG.debug("a TCP connection to the DNS was cut: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a question by TCP was not answered: {}", e.getMessage(), e);
        } finally {
            connections.remove(connection);
        }
    }

    @Override
    public void close() {
        try {
            udp.close();
            tcp.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not close the sockets of the DNS: " + e.getMessage(), e);
        }
    }
}
