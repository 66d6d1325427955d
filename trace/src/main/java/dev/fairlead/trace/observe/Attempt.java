package dev.fairlead.trace.observe;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A connection that is yet to be made, from a socket in somebody's namespace. Its port is known before, so that what is to see it
 * can be told. Nothing about it is special: no mark, no option, no raw packet. Confined to one thread.
 */
public final class Attempt implements AutoCloseable {
    private static final byte[] GREETING = "fairlead trace\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST = 65_535;

    private final NetworkChannel channel;
    private final Flow flow;

    private Attempt(NetworkChannel channel, Flow flow) {
        this.channel = channel;
        this.flow = flow;
    }

    /** How it went. */
    public enum End {
        /** A connection was made, or a datagram was answered. */
        ANSWERED,
        /** The other side, or a node for it, said that nobody takes it. */
        REFUSED,
        /** A router said that it doesn't get there. */
        UNREACHABLE,
        /** Nothing came back in time. */
        SILENT
    }

    /** @param text what the socket said, in the kernel's words; empty where it was answered */
    public record Outcome(End end, Duration took, String text) {}

    /**
     * Takes a port.
     *
     * @param source an address of that namespace
     * @throws UncheckedIOException when there is none to be had
     */
    public static Attempt prepare(Netns namespace, Protocol protocol, Ip source, IpPort destination) {
        InetSocketAddress local = new InetSocketAddress(address(source), 0);
        return namespace.call(() -> {
            try {
                NetworkChannel channel = protocol == Protocol.TCP ? SocketChannel.open() : DatagramChannel.open();
                try {
                    channel.bind(local);
                    int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
                    return new Attempt(channel, new Flow(protocol, new IpPort(source, port), destination));
                } catch (IOException e) {
                    channel.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "no " + protocol + " socket could be opened with address " + source + ": " + e.getMessage(), e);
            }
        });
    }

    private static InetAddress address(Ip ip) {
        try {
            return InetAddress.getByAddress(ip.bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of 4 or 16 bytes", e);
        }
    }

    public Flow flow() {
        return flow;
    }

    /** Makes it, and waits for an answer. */
    public Outcome make(Duration patience) {
        long start = System.nanoTime();
        IpPort to = flow.destination();
        InetSocketAddress remote = new InetSocketAddress(address(to.ip()), to.port());
        try {
            switch (channel) {
                case SocketChannel tcp -> tcp.socket().connect(remote, (int) patience.toMillis());
                case DatagramChannel udp -> exchange(udp, remote, patience);
                default -> throw new AssertionError(channel);
            }
            return new Outcome(End.ANSWERED, since(start), "");
        } catch (SocketTimeoutException e) {
            return new Outcome(End.SILENT, since(start), "no answer in " + patience.toMillis() + " ms");
        } catch (PortUnreachableException e) {
            return new Outcome(End.REFUSED, since(start), "port unreachable");
        } catch (NoRouteToHostException e) {
            return new Outcome(End.UNREACHABLE, since(start), "no route to host");
        } catch (ConnectException e) {
            String said = String.valueOf(e.getMessage());
            boolean silent = said.contains("timed out");
            return new Outcome(
                    silent ? End.SILENT : End.REFUSED, since(start), said.toLowerCase(java.util.Locale.ROOT));
        } catch (IOException e) {
            return new Outcome(End.UNREACHABLE, since(start), String.valueOf(e.getMessage()));
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void exchange(DatagramChannel udp, InetSocketAddress remote, Duration patience) throws IOException {
        udp.connect(remote); // so that ICMP errors are told
        udp.write(ByteBuffer.wrap(GREETING));
        udp.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            udp.register(selector, SelectionKey.OP_READ);
            if (selector.select(patience.toMillis()) == 0) {
                throw new SocketTimeoutException();
            }
            udp.read(ByteBuffer.allocate(LARGEST));
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a socket could not be closed: " + e.getMessage(), e);
        }
    }
}
