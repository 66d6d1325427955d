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
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import jdk.net.ExtendedSocketOptions;

/**
 * A connection that is yet to be made, from a socket in somebody's namespace. Its port is known before, so that what is to see it
 * can be told. Nothing about it is special: no mark, no option, no raw packet. Confined to one thread.
 */
public final class Attempt implements AutoCloseable {
    private static final byte[] GREETING = "fairlead trace\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST = 65_535;
    /** So often it looks whether anybody still waits. */
    private static final long STEP_MS = 200;

    private final NetworkChannel channel;
    private final Flow flow;
    private final byte[] payload;

    private Attempt(NetworkChannel channel, Flow flow, byte[] payload) {
        this.channel = channel;
        this.flow = flow;
        this.payload = payload;
    }

    /** How it went. */
    public enum End {
        /** A connection was made, or a datagram was answered. */
        ANSWERED,
        /** The other side, or a node for it, said that nobody takes it. */
        REFUSED,
        /** A router said that it doesn't get there. */
        UNREACHABLE,
        /** It is longer than what gets there, and must not be cut. */
        TOO_LONG,
        /** Nothing came back in time. */
        SILENT
    }

    /** @param text what the socket said, in the kernel's words; empty where it was answered */
    public record Outcome(End end, Duration took, String text) {}

    /**
     * What is sent.
     *
     * @param size how many bytes a datagram carries, headers not counted, at most {@link #MOST_BYTES}; it is then sent whole or
     *     not at all. 0 for a line of text, and for TCP
     */
    public record Kind(Protocol protocol, int size) {
        /** As many as fit into IPv4's largest packet. */
        public static final int MOST_BYTES = 65_507;
    }

    /**
     * Takes a port.
     *
     * @param source an address of that namespace
     * @throws UncheckedIOException when there is none to be had
     */
    public static Attempt prepare(Netns namespace, Kind kind, Ip source, IpPort destination) {
        Protocol protocol = kind.protocol();
        InetSocketAddress local = new InetSocketAddress(address(source), 0);
        return namespace.call(() -> {
            try {
                NetworkChannel channel = protocol == Protocol.TCP ? SocketChannel.open() : DatagramChannel.open();
                try {
                    if (kind.size() > 0) {
                        channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
                    }
                    channel.bind(local);
                    int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
                    Flow flow = new Flow(protocol, new IpPort(source, port), destination);
                    return new Attempt(channel, flow, payload(kind.size()));
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

    private static byte[] payload(int size) {
        return size == 0 ? GREETING : Arrays.copyOf(GREETING, size);
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

    /** Makes it, and waits for an answer. @param gone whether nobody wants to know any more */
    public Outcome make(Duration patience, BooleanSupplier gone) {
        long start = System.nanoTime();
        IpPort to = flow.destination();
        InetSocketAddress remote = new InetSocketAddress(address(to.ip()), to.port());
        try {
            switch (channel) {
                case SocketChannel tcp -> connect(tcp, remote, patience, gone);
                case DatagramChannel udp -> exchange(udp, remote, patience, gone);
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
            String said = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
            // The JDK has no exception of its own for EMSGSIZE; this is what the C library says to it.
            return new Outcome(
                    said.startsWith("message too long") ? End.TOO_LONG : End.UNREACHABLE, since(start), said);
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void connect(SocketChannel tcp, InetSocketAddress remote, Duration patience, BooleanSupplier gone)
            throws IOException {
        tcp.configureBlocking(false);
        if (!tcp.connect(remote)) {
            await(tcp, SelectionKey.OP_CONNECT, patience, gone);
            var unused = tcp.finishConnect();
        }
    }

    private void exchange(DatagramChannel udp, InetSocketAddress remote, Duration patience, BooleanSupplier gone)
            throws IOException {
        udp.connect(remote); // so that ICMP errors are told
        udp.write(ByteBuffer.wrap(payload));
        udp.configureBlocking(false);
        await(udp, SelectionKey.OP_READ, patience, gone);
        udp.read(ByteBuffer.allocate(LARGEST));
    }

    /** @throws SocketTimeoutException when it isn't so in time, or nobody waits for it any more */
    private static void await(SelectableChannel channel, int operation, Duration patience, BooleanSupplier gone)
            throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            for (long left = patience.toMillis(); left > 0 && !gone.getAsBoolean(); ) {
                if (selector.select(Math.min(left, STEP_MS)) > 0) {
                    return;
                }
                left = (deadline - System.nanoTime()) / 1_000_000;
            }
        }
        throw new SocketTimeoutException();
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
