package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/**
 * Two namespaces and a cable.
 *
 * <pre>
 *   client                            server
 *   eth0 10.1.0.2/24 ═════ veth ═════ eth0 10.1.0.1/24, 10.1.0.3/24   small0, MTU 1300, leads nowhere
 *        fd01::2/64                        fd01::1/64, fd01::3/64     10.2.0.1/24, fd02::1/64
 *   default via 10.1.0.1, fd01::1     forwards
 * </pre>
 */
record Pair(Netns client, Netns server) {
    static final String HELLO = "hello";

    static Pair create(TestNamespaces namespaces) {
        Pair pair = new Pair(namespaces.create(), namespaces.create());
        try (Rtnetlink links = Rtnetlink.open(pair.server)) {
            links.links()
                    .createVeth(
                            List.of(LinkSetting.name("eth0"), LinkSetting.up()),
                            List.of(LinkSetting.name("eth0"), LinkSetting.namespace(pair.client)));
        }
        up(pair.client, "10.1.0.2/24", "fd01::2/64");
        up(pair.server, "10.1.0.1/24", "10.1.0.3/24", "fd01::1/64", "fd01::3/64");
        Oracle client = Oracle.in(pair.client);
        client.run("ip", "route", "add", "default", "via", "10.1.0.1");
        client.run("ip", "route", "add", "default", "via", "fd01::1");
        return pair;
    }

    private static void up(Netns namespace, String... addresses) {
        Oracle oracle = Oracle.in(namespace);
        oracle.run("ip", "link", "set", "lo", "up");
        oracle.run("ip", "link", "set", "eth0", "up");
        for (String address : addresses) {
            add(oracle, address, "eth0");
        }
    }

    private static void add(Oracle oracle, String address, String device) {
        if (address.contains(":")) {
            oracle.run("ip", "addr", "add", address, "dev", device, "nodad");
        } else {
            oracle.run("ip", "addr", "add", address, "dev", device);
        }
    }

    /** Makes the server a router to a link that takes only small packets. */
    void routeToSmallLink() {
        Oracle oracle = Oracle.in(server);
        oracle.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        oracle.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        oracle.run("ip", "link", "add", "small0", "mtu", "1300", "type", "ifb");
        oracle.run("ip", "link", "set", "small0", "up");
        oracle.run("ip", "neigh", "add", "10.2.0.9", "lladdr", "0a:58:00:00:00:09", "dev", "small0");
        oracle.run("ip", "neigh", "add", "fd02::9", "lladdr", "0a:58:00:00:00:09", "dev", "small0");
        add(oracle, "10.2.0.1/24", "small0");
        add(oracle, "fd02::1/64", "small0");
    }

    TapPoint atClient() {
        return new TapPoint(client, "eth0", "client eth0");
    }

    TapPoint atServer() {
        return new TapPoint(server, "eth0", "server eth0");
    }

    /** A connection to the server: hello and {@code bytes} more there, hello back; ended by a reset of the client's. */
    void talkTcp(String address, int port, int bytes) throws IOException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(address), port);
        try (ServerSocket listening = server.call(() -> {
                    ServerSocket socket = new ServerSocket();
                    socket.setReuseAddress(true);
                    socket.bind(to);
                    return socket;
                });
                Socket near = client.call(() -> {
                    Socket socket = new Socket();
                    socket.connect(to, 5000);
                    return socket;
                });
                Socket far = listening.accept()) {
            far.setSoTimeout(5000);
            near.setSoTimeout(5000);
            byte[] hello = HELLO.getBytes();
            near.getOutputStream().write(hello);
            far.getInputStream().readNBytes(hello.length);
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    near.getOutputStream().write(new byte[bytes]);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            far.getInputStream().readNBytes(bytes);
            writer.join();
            far.getOutputStream().write(hello);
            near.getInputStream().readNBytes(hello.length);
            near.setSoLinger(true, 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Hello there and back. */
    void talkUdp(String address, int port) throws IOException {
        InetAddress to = InetAddress.getByName(address);
        try (DatagramSocket far = server.call(() -> new DatagramSocket(port, to));
                DatagramSocket near = client.call(() -> new DatagramSocket())) {
            far.setSoTimeout(5000);
            near.setSoTimeout(5000);
            near.send(new DatagramPacket(HELLO.getBytes(), HELLO.length(), to, port));
            DatagramPacket got = new DatagramPacket(new byte[100], 100);
            far.receive(got);
            far.send(got);
            near.receive(got);
        }
    }

    /** Datagrams to a port that may have nobody; gives the port that they were sent from. */
    int sendUdp(String address, int port, int bytes, int times) throws IOException {
        InetAddress to = InetAddress.getByName(address);
        try (DatagramSocket near = client.call(() -> new DatagramSocket())) {
            for (int i = 0; i < times; i++) {
                near.send(new DatagramPacket(new byte[bytes], bytes, to, port));
            }
            return near.getLocalPort();
        }
    }
}
