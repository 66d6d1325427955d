package dev.fairlead.agent;

import static dev.fairlead.agent.Chat.ask;
import static dev.fairlead.agent.PortNode.NODE4;
import static dev.fairlead.agent.PortNode.NODE6;
import static dev.fairlead.agent.PortNode.OUTSIDE4;
import static dev.fairlead.agent.PortNode.OUTSIDE6;
import static dev.fairlead.agent.PortNode.SECOND4;
import static dev.fairlead.agent.PortNode.ports;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who reaches a pod by its host port, and as whom the pod sees them; real connections judge. {@link PortNode} has the drawing. */
@RealKernel
class HostPortTest {
    private static final String A4 = "10.244.1.2";
    private static final String A6 = "fd00:10:244:1::2";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everybodyReachesAPodByItsHostPort(boolean tcp, TestNamespaces namespaces) {
        String protocol = tcp ? "tcp" : "udp";
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            Netns b = it.pod();
            it.startAgent();
            it.add("a", a, ports(protocol + " 8080 80"));
            it.add("b", b, PortNode.conf());
            it.serve("a", a, tcp, 80);

            assertThat(ask(it.outside, tcp, NODE4, 8080)).as("from outside").isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.outside, tcp, NODE6, 8080)).as("from outside").isEqualTo("a " + OUTSIDE6);
            assertThat(ask(it.outside, tcp, SECOND4, 8080))
                    .as("another address")
                    .isEqualTo("a " + OUTSIDE4);

            assertThat(ask(it.node, tcp, NODE4, 8080)).as("from the node").isEqualTo("a " + NODE4);
            assertThat(ask(it.node, tcp, NODE6, 8080)).as("from the node").isEqualTo("a " + NODE6);
            assertThat(ask(it.node, tcp, "10.244.1.1", 8080))
                    .as("by the gateway")
                    .isEqualTo("a 10.244.1.1");
            assertThat(ask(it.node, tcp, "127.0.0.1", 8080)).as("by loopback").isEqualTo("a 10.244.1.1");
            assertThat(ask(it.node, tcp, "127.1.2.3", 8080)).as("by loopback").isEqualTo("a 10.244.1.1");
            assertThat(ask(it.node, tcp, "::1", 8080)).as("the kernel can't").isEqualTo("refused");

            assertThat(ask(b, tcp, NODE4, 8080)).as("from another pod").isEqualTo("a 10.244.1.3");
            assertThat(ask(b, tcp, NODE6, 8080)).as("from another pod").isEqualTo("a fd00:10:244:1::3");
            assertThat(ask(b, tcp, "10.244.1.1", 8080)).as("by the gateway").isEqualTo("a 10.244.1.3");

            assertThat(ask(a, tcp, NODE4, 8080)).as("hairpin").isEqualTo("a 10.244.1.1");
            assertThat(ask(a, tcp, NODE6, 8080)).as("hairpin").isEqualTo("a fd00:10:244:1::1");

            assertThat(ask(b, tcp, A4, 80)).as("the pod's own port").isEqualTo("a 10.244.1.3");
            assertThat(ask(it.outside, !tcp, NODE4, 8080))
                    .as("another protocol")
                    .isEqualTo("refused");
            assertThat(ask(b, tcp, A4, 8080)).as("not an address of the node").isEqualTo("refused");

            it.del("a", a);
            assertThat(ask(it.outside, tcp, NODE4, 8080)).as("after DEL").isEqualTo("refused");
            assertThat(ask(it.node, tcp, "127.0.0.1", 8080)).as("after DEL").isEqualTo("refused");
            assertThat(it.table()).as("nothing is translated").isEmpty();
            assertThat(it.localnet("fl0")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHostAddressIsTheOnlyOne(boolean tcp, TestNamespaces namespaces) {
        String p = tcp ? "tcp" : "udp";
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            Netns b = it.pod();
            it.startAgent();
            it.add(
                    "a",
                    a,
                    ports(
                            p + " 81 80 " + NODE4,
                            p + " 82 80 127.0.0.1",
                            p + " 83 80 " + NODE6,
                            p + " 84 80 0.0.0.0",
                            p + " 85 80 ::"));
            it.add("b", b, ports(p + " 81 80 " + SECOND4));
            it.serve("a", a, tcp, 80);
            it.serve("b", b, tcp, 80);

            assertThat(ask(it.outside, tcp, NODE4, 81)).isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.outside, tcp, SECOND4, 81))
                    .as("the same port of b")
                    .isEqualTo("b " + OUTSIDE4);
            assertThat(ask(it.outside, tcp, NODE6, 81)).isEqualTo("refused");
            assertThat(ask(it.node, tcp, "127.0.0.1", 81)).isEqualTo("refused");

            assertThat(ask(it.node, tcp, "127.0.0.1", 82)).isEqualTo("a 10.244.1.1");
            assertThat(ask(it.node, tcp, NODE4, 82)).isEqualTo("refused");
            assertThat(ask(it.outside, tcp, NODE4, 82)).isEqualTo("refused");

            assertThat(ask(it.outside, tcp, NODE6, 83)).isEqualTo("a " + OUTSIDE6);
            assertThat(ask(it.outside, tcp, NODE4, 83)).isEqualTo("refused");
            assertThat(ask(b, tcp, NODE6, 83)).isEqualTo("a fd00:10:244:1::3");

            assertThat(ask(it.outside, tcp, NODE4, 84)).isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.outside, tcp, NODE6, 84)).isEqualTo("refused");
            assertThat(ask(it.outside, tcp, NODE4, 85)).isEqualTo("refused");
            assertThat(ask(it.outside, tcp, NODE6, 85)).isEqualTo("a " + OUTSIDE6);
            assertThat(ask(a, tcp, NODE4, 81)).as("hairpin").isEqualTo("a 10.244.1.1");
        }
    }

    /** With route_localnet the kernel would let a pod talk to what listens on the node's loopback only (CVE-2020-8558). */
    @Test
    void aPodDoesNotReachTheNodesLoopback(TestNamespaces namespaces) throws Exception {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            Netns b = it.pod();
            it.startAgent();
            it.add("a", a, ports("udp 8080 80"));
            it.add("b", b, PortNode.conf());
            assertThat(it.localnet("fl0")).isEqualTo("1");
            try (DatagramSocket local =
                    it.node.call(() -> new DatagramSocket(5353, InetAddress.getByName("127.0.0.1")))) {
                assertThat(isReached(local, it, b)).isFalse();
                it.inNode.run("nft", "flush", "chain", "inet", "fairlead-nat", "loopback-guard");
                assertThat(isReached(local, it, b)).as("without the guard").isTrue();
            }
        }
    }

    /** Puts a frame to 127.0.0.1 port 5353 on the pod's wire, past its own routing, and sees whether it arrives. */
    private static boolean isReached(DatagramSocket local, PortNode it, Netns pod) throws Exception {
        String gateway =
                it.inNode.ip("link", "show", "fl0").get(0).path("address").asText();
        String own =
                Oracle.in(pod).ip("link", "show", "eth0").get(0).path("address").asText();
        Oracle.in(pod).run("/usr/bin/python3", "-c", """
                import socket, struct, sys
                mac = lambda text: bytes.fromhex(text.replace(':', ''))
                ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 29, 1, 0, 64, 17, 0,
                                 socket.inet_aton('10.244.1.3'), socket.inet_aton('127.0.0.1'))
                total = sum(struct.unpack('!10H', ip))
                total = (total & 0xffff) + (total >> 16)
                ip = ip[:10] + struct.pack('!H', ~total & 0xffff) + ip[12:]
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                s.bind(('eth0', 0))
                s.send(mac(sys.argv[1]) + mac(sys.argv[2]) + bytes([8, 0]) + ip
                       + struct.pack('!HHHH', 9, 5353, 9, 0) + b'?')
                """, gateway, own);
        local.setSoTimeout(500);
        try {
            local.receive(new DatagramPacket(new byte[10], 10));
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** A flow that began before the port was there, and one that goes on when the pod has gone. */
    @Test
    void udpFlowsFollowTheHostPort(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            it.startAgent();
            try (Chat.Talker early = Chat.talker(it.outside, NODE4, 5353);
                    Chat.Talker early6 = Chat.talker(it.outside, NODE6, 5353)) {
                // Connection tracking is on from the first host port on.
                it.add("first", it.pod(), ports("udp 1 1"));
                assertThat(early.ask(2000)).contains("refused");
                assertThat(early6.ask(2000)).contains("refused");
                assertThat(it.inNode.conntrack("-L", "-p", "udp", "--dport", "5353"))
                        .as("flows without translation")
                        .hasSize(2);
                it.add("a", a, ports("udp 5353 53"));
                it.serve("a", a, false, 53);
                assertThat(early.ask(2000)).contains("a " + OUTSIDE4);
                assertThat(early6.ask(2000)).contains("a " + OUTSIDE6);
                it.del("a", a);
                assertThat(it.inNode.conntrack("-L", "-p", "udp", "--dport", "5353"))
                        .isEmpty();
                Netns c = it.pod();
                it.add("c", c, ports("udp 5353 53"));
                it.serve("c", c, false, 53);
                assertThat(early.ask(2000)).contains("c " + OUTSIDE4);
                assertThat(early6.ask(2000)).contains("c " + OUTSIDE6);
            }
        }
    }

    /**
     * The kernel of most test machines has no SCTP sockets, so a raw INIT (RFC 9260 3.3.2) is the client and {@code tcpdump}
     * in the pod the server; {@code conntrack} tells what was translated.
     */
    @ParameterizedTest
    @ValueSource(strings = {"4", "6"})
    void sctpIsTranslatedToo(String family, TestNamespaces namespaces) {
        boolean ipv4 = family.equals("4");
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            it.startAgent();
            it.add("a", a, ports("sctp 7777 77"));
            String node = ipv4 ? NODE4 : NODE6;
            String pod = ipv4 ? A4 : A6;
            // Not by tcpdump: it gives up root's rights, which an ordinary user's namespaces don't allow it.
            try (RunningProgram receiver = Oracle.in(a).start("/usr/bin/python3", "-uc", """
                        import socket, struct, sys
                        v6 = ':' in sys.argv[1]
                        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_RAW, 132)
                        s.bind((sys.argv[1], 0))
                        print('listening')
                        packet = s.recv(2000)
                        sctp = packet if v6 else packet[(packet[0] & 15) * 4:]
                        print('port', struct.unpack('!HH', sctp[:4])[1], 'chunk', sctp[12])
                        """, pod)) {
                receiver.await("listening", Duration.ofSeconds(10));
                Oracle.in(it.outside).run("/usr/bin/python3", "-c", """
                        import socket, struct, sys
                        def crc32c(data):
                            crc = 0xffffffff
                            for byte in data:
                                crc ^= byte
                                for _ in range(8):
                                    crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
                            return crc ^ 0xffffffff
                        init = struct.pack('!BBHIIHHI', 1, 0, 20, 1, 65536, 1, 1, 1)
                        head = struct.pack('!HHI', 5000, 7777, 0)
                        crc = struct.pack('<I', crc32c(head + b'\\0\\0\\0\\0' + init))
                        s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET,
                                          socket.SOCK_RAW, 132)
                        s.sendto(head + crc + init, (sys.argv[1], 0))
                        """, node);
                receiver.await("port 77 chunk 1", Duration.ofSeconds(10)); // INIT
            }
            assertThat(it.inNode.conntrack("-L", "-f", ipv4 ? "ipv4" : "ipv6", "-p", "sctp"))
                    .anyMatch(line -> line.contains("dst=" + node + " sport=5000 dport=7777")
                            && line.contains("src=" + pod)
                            && line.contains("sport=77 dport=5000"));
        }
    }
}
