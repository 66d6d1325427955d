package dev.fairlead.lab;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.node.RunningPod;
import dev.fairlead.lab.node.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;

/** Connections to a pod's own loopback addresses, opened inside its network namespace, as container runtimes do it. */
final class PodSocket {
    private PodSocket() {}

    /**
     * Connects to 127.0.0.1, and where that is refused to ::1.
     *
     * @param port 1 to 65535
     * @throws IOException saying what each of them answered, in containerd's words
     */
    static SocketChannel connect(RunningPod pod, int port) throws IOException {
        Sandbox sandbox =
                pod.sandbox().orElseThrow(() -> new IOException("pod " + pod.key() + " has no network namespace now"));
        Netns netns = sandbox.netns();
        try {
            return netns.call(() -> connectHere(sandbox.netnsPath().toString(), port));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (KernelException | IllegalStateException e) {
            throw new IOException(
                    "the network namespace of pod " + pod.key() + " can't be entered: " + e.getMessage(), e);
        }
    }

    private static SocketChannel connectHere(String netns, int port) {
        try {
            return open(StandardProtocolFamily.INET, "127.0.0.1", port);
        } catch (IOException ipv4) {
            try {
                return open(StandardProtocolFamily.INET6, "::1", port);
            } catch (IOException ipv6) {
                throw new UncheckedIOException(new IOException("failed to execute portforward in network namespace \""
                        + netns + "\": failed to connect to localhost:" + port + " inside namespace, IPv4: dial tcp4"
                        + " 127.0.0.1:" + port + ": connect: " + reason(ipv4) + " IPv6 dial tcp6 [::1]:" + port
                        + ": connect: " + reason(ipv6)));
            }
        }
    }

    private static SocketChannel open(StandardProtocolFamily family, String address, int port) throws IOException {
        SocketChannel channel = SocketChannel.open(family);
        try {
            channel.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
    }
}
