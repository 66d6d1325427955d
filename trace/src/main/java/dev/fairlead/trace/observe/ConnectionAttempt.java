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
import java.time.Duration;
import java.util.function.BooleanSupplier;
import jdk.net.ExtendedSocketOptions;

/** A connection of TCP, or a datagram of UDP and its answer. Confined to one thread. */
final class ConnectionAttempt implements Attempt {
    private static final int LARGEST = 65_535;

    private final NetworkChannel channel;
    private final Flow flow;
    private final byte[] payload;

    private ConnectionAttempt(NetworkChannel channel, Flow flow, byte[] payload) {
        this.channel = channel;
        this.flow = flow;
        this.payload = payload;
    }

    static ConnectionAttempt prepare(Netns namespace, Kind kind, Ip source, IpPort destination) {
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
                    return new ConnectionAttempt(channel, flow, kind.payload());
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

    @Override
    public Flow flow() {
        return flow;
    }

    @Override
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
            return Outcome.since(start, End.ANSWERED, "");
        } catch (SocketTimeoutException e) {
            return Outcome.silent(start, patience);
        } catch (PortUnreachableException e) {
            return Outcome.since(start, End.REFUSED, "port unreachable");
        } catch (NoRouteToHostException e) {
            return Outcome.since(start, End.UNREACHABLE, "no route to host");
        } catch (ConnectException e) {
            String said = String.valueOf(e.getMessage());
            boolean silent = said.contains("timed out");
            return Outcome.since(start, silent ? End.SILENT : End.REFUSED, said.toLowerCase(java.util.Locale.ROOT));
        } catch (IOException e) {
            String said = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
            // The JDK has no exception of its own for EMSGSIZE; this is what the C library says to it.
            return Outcome.since(start, said.startsWith("message too long") ? End.TOO_LONG : End.UNREACHABLE, said);
        }
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
                if (selector.select(Math.min(left, STEP.toMillis())) > 0) {
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
