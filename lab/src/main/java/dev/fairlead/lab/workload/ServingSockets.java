package dev.fairlead.lab.workload;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;

/** Two sockets in a pod's namespace, on one port of all its addresses. */
record ServingSockets(ServerSocketChannel tcp, DatagramChannel udp) {
    private static final int BACKLOG = 1024;

    /**
     * Opens them. Only the sockets are opened inside: a thread started there would stay in the pod's namespace.
     *
     * @param image for messages, like {@code hostname}
     * @param port 1 to 65535
     */
    static ServingSockets open(Netns pod, String image, String hostname, int port) {
        return pod.call(() -> {
            try {
                ServingSockets sockets = new ServingSockets(ServerSocketChannel.open(), DatagramChannel.open());
                sockets.tcp.bind(new InetSocketAddress(port), BACKLOG);
                sockets.udp.bind(new InetSocketAddress(port));
                return sockets;
            } catch (IOException e) {
                throw new UncheckedIOException(
                        image + " could not listen on port " + port + " in pod " + hostname + ": " + e.getMessage(), e);
            }
        });
    }
}
