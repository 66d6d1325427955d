package dev.fairlead.lab.demo;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.FlowFilter;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Real traffic from inside a namespace, and what the kernel's counters and memory say of it. */
final class Probe {
    private static final int PATIENCE_MILLIS = 3000;

    private Probe() {}

    /** {@code GET path} from inside a namespace; the answer's body. */
    static String get(Netns from, Ip to, int port, String path) {
        return from.call(() -> {
            try (Socket socket = connect(to, port)) {
                return exchange(socket, to, path);
            } catch (IOException e) {
                throw new Row.NotObserved("no answer from " + new IpPort(to, port) + ": " + e.getMessage());
            }
        });
    }

    private static Socket connect(Ip to, int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(to.toInetAddress(), port), PATIENCE_MILLIS);
        return socket;
    }

    private static String exchange(Socket socket, Ip to, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.0\r\nHost: " + to + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int body = answer.indexOf("\r\n\r\n");
        return body < 0 ? answer : answer.substring(body + 4).strip();
    }

    /** A connection to a Service while it is open: what the node's conntrack remembers of it, and who answered. */
    record Translated(Flow flow, String answeredBy) {}

    static Translated connectAndLook(Netns from, Netns node, Ip service, int port) {
        return from.call(() -> {
            try (Socket socket = connect(service, port);
                    Conntrack conntrack = Conntrack.open(node)) {
                FlowFilter filter = FlowFilter.ALL
                        .protocol(Protocol.TCP)
                        .destination(service)
                        .destinationPort(port)
                        .sourcePort(socket.getLocalPort());
                List<Flow> flows = conntrack.list(filter);
                if (flows.size() != 1) {
                    throw new Row.NotObserved("the node's conntrack has " + flows.size()
                            + " entries of the open connection to " + new IpPort(service, port));
                }
                return new Translated(flows.getFirst(), exchange(socket, service, "/hostname"));
            } catch (IOException e) {
                throw new Row.NotObserved("no answer from " + new IpPort(service, port) + ": " + e.getMessage());
            }
        });
    }

    /**
     * A datagram to a Service from a socket that isn't connected, which takes answers from anybody: the answer's source as it
     * stood in the packet, and who really answered.
     */
    record Answered(IpPort source, Flow flow) {}

    static Answered askByUdp(Netns from, Netns node, Ip service, int port) {
        return from.call(() -> {
            try (DatagramSocket socket = new DatagramSocket();
                    Conntrack conntrack = Conntrack.open(node)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                byte[] bytes = "who are you?".getBytes(StandardCharsets.US_ASCII);
                socket.send(new DatagramPacket(bytes, bytes.length, service.toInetAddress(), port));
                DatagramPacket answer = new DatagramPacket(new byte[64], 64);
                socket.receive(answer);
                FlowFilter filter = FlowFilter.ALL
                        .protocol(Protocol.UDP)
                        .destination(service)
                        .destinationPort(port)
                        .sourcePort(socket.getLocalPort());
                Flow flow = conntrack.list(filter).stream()
                        .findFirst()
                        .orElseThrow(() -> new Row.NotObserved("the node's conntrack has no entry of the datagram"));
                return new Answered(new IpPort(Ip.of(answer.getAddress()), answer.getPort()), flow);
            } catch (IOException e) {
                throw new Row.NotObserved("no answer from " + new IpPort(service, port) + ": " + e.getMessage());
            }
        });
    }

    /** How many IPv4 packets a node has routed from one link to another: {@code Ip: ForwDatagrams}, RFC 4293. */
    static long forwarded(Netns node) {
        return node.call(() -> {
            List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                    .filter(line -> line.startsWith("Ip: "))
                    .toList();
            List<String> names = List.of(lines.get(0).split(" ", -1));
            return Long.parseLong(lines.get(1).split(" ", -1)[names.indexOf("ForwDatagrams")]);
        });
    }
}
