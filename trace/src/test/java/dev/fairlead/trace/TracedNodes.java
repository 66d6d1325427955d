package dev.fairlead.trace;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The places of {@link TwoNodeScene} in real namespaces, made with {@code ip} and {@code nft} alone as docs/data-path.md shows
 * them, and a witness in each: a table that has nftables tell what connections' first packets meet, and {@code nft monitor
 * trace} that listens.
 *
 * <pre>
 *   client 10.244.1.8 ─┐
 *   a      10.244.1.5 ─┤ fl0 10.244.1.1   node-1   uplink 172.30.0.2 ─┐
 *   b      10.244.2.7 ── fl0 10.244.2.1   node-2   uplink 172.30.0.3 ─┴ switch
 * </pre>
 *
 * 8080 is served in each pod, 9090 in node-1 itself.
 */
final class TracedNodes implements AutoCloseable {
    /** Source ports of connections that are made only to hear whether the monitors listen; nobody else's lines have them. */
    private static final int FIRST_PROBE = 30900;

    /** For a line about a probe: two every 300 ms are few enough for the ports that are left out, and for the servers. */
    private static final Duration PROBE_PATIENCE = Duration.ofMillis(300);

    private static final String PROBES = ".*port 309\\d\\d .*";

    private static final Pattern PACKET = Pattern.compile("trace id (\\w+) ");

    private final Map<String, Netns> places = new LinkedHashMap<>();
    private final Map<String, RunningProgram> monitors = new LinkedHashMap<>();
    private final Map<String, Integer> read = new LinkedHashMap<>();
    private final Set<String> forgotten = new HashSet<>();
    private final List<ServerSocket> servers = new ArrayList<>();

    TracedNodes(TestNamespaces namespaces) throws IOException {
        for (String name : List.of("switch", "node-1", "node-2", "client", "a", "b")) {
            places.put(name, namespaces.create());
            // Addresses can be used at once.
            Sysctl.in(netns(name)).write("net/ipv6/conf/default/accept_dad", 0);
            sh(name, "ip link set lo up");
        }
        sh("switch", "ip link add sw type bridge; ip link set sw up");
        node("node-1", 1);
        node("node-2", 2);
        pod("client", "node-1", 1, 8, "veth-c");
        pod("a", "node-1", 1, 5, "veth-a");
        pod("b", "node-2", 2, 7, "veth-b");
        for (String name : List.of("node-1", "node-2")) {
            String number = name.substring("node-".length());
            String services = SERVICES.replace("HOST", Integer.toString(Integer.parseInt(number) + 1))
                    .replace("NET", number);
            sh(name, "nft '" + services + witness(WITNESS + BRIDGE_WITNESS) + "'");
        }
        for (String name : List.of("client", "a", "b")) {
            sh(name, "nft '" + witness(WITNESS) + "'");
            serve(name, 8080);
        }
        serve("node-1", 9090);
        for (String name : places.keySet()) {
            if (!name.equals("switch")) {
                monitors.put(name, Oracle.in(netns(name)).start("stdbuf", "-oL", "nft", "monitor", "trace"));
                read.put(name, 0);
            }
        }
    }

    private static String witness(String rules) {
        return rules.replace(
                "ECHO",
                "icmp type { echo-request, echo-reply } meta nftrace set 1;"
                        + " icmpv6 type { echo-request, echo-reply } meta nftrace set 1;");
    }

    Netns netns(String name) {
        return Objects.requireNonNull(places.get(name), name);
    }

    private void sh(String place, String script) {
        String unused = Oracle.in(netns(place)).run("sh", "-e", "-c", script);
    }

    /** As other processes name the namespace, for {@code ip link … netns}. */
    private String path(String place) throws IOException {
        Path self = Files.readSymbolicLink(Path.of("/proc/self"));
        return "/proc/" + self + "/fd/" + netns(place).fd().number();
    }

    private void node(String name, int number) throws IOException {
        int other = 3 - number;
        String script = """
                ip link add uplink type veth peer name to-NAME netns SWITCH
                ip link set uplink up
                ip addr add 172.30.0.HOST/24 dev uplink
                ip addr add fd30::HOST/64 dev uplink
                ip link add fl0 address 0a:58:0a:f4:0NET:01 type bridge nf_call_iptables 1 nf_call_ip6tables 1
                ip link set fl0 up
                ip addr add 10.244.NET.1/24 dev fl0
                ip addr add fd00:NET::1/64 dev fl0
                ip route add 10.244.OTHER.0/24 via 172.30.0.PEER
                ip route add fd00:OTHER::/64 via fd30::PEER
                ip route add 10.96.0.0/16 dev uplink
                ip route add fd00:96::/112 dev uplink
                """;
        sh(
                name,
                script.replace("NAME", name)
                        .replace("SWITCH", path("switch"))
                        .replace("HOST", Integer.toString(number + 1))
                        .replace("PEER", Integer.toString(other + 1))
                        .replace("OTHER", Integer.toString(other))
                        .replace("NET", Integer.toString(number)));
        Sysctl.in(netns(name)).write("net/ipv4/ip_forward", 1);
        Sysctl.in(netns(name)).write("net/ipv6/conf/all/forwarding", 1);
        sh("switch", "ip link set to-" + name + " master sw up");
    }

    private void pod(String name, String node, int net, int host, String port) throws IOException {
        sh(
                node,
                "ip link add " + port + " type veth peer name eth0 address 0a:58:0a:f4:0" + net + ":0" + host
                        + " netns " + path(name) + "; ip link set " + port + " master fl0 up; bridge link set dev "
                        + port
                        + " hairpin on");
        sh(name, """
                ip link set eth0 up
                ip addr add 10.244.NET.HOST/24 dev eth0
                ip addr add fd00:NET::HOST/64 dev eth0
                ip route add default via 10.244.NET.1
                ip route add default via fd00:NET::1
                """.replace("NET", Integer.toString(net)).replace("HOST", Integer.toString(host)));
    }

    /** Nobody accepts: the kernel answers a SYN as long as there is room to wait. */
    private void serve(String place, int port) {
        servers.add(netns(place).call(() -> new ServerSocket(port, 200)));
    }

    // ---- what is heard

    /** Makes connections that pass everywhere until each monitor has told of one. */
    void awaitMonitors(Duration patience) {
        int[] port = {FIRST_PROBE};
        Poll.until(
                patience,
                () -> {
                    probe("10.244.1.5", port[0]++);
                    probe("10.244.2.7", port[0]++);
                    return haveTold(PROBE_PATIENCE);
                },
                () -> "silent: " + monitors);
    }

    private boolean haveTold(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (monitors.values().stream().anyMatch(monitor -> monitor.lines().isEmpty())) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    private void probe(String to, int port) {
        boolean unused = netns("client").call(() -> {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(port));
                socket.connect(new InetSocketAddress(to, 8080), 1000);
                return true;
            }
        });
    }

    /** What was told so far is no part of what comes, nor is what the last packets met and a monitor tells later. */
    void forget() {
        forgotten.clear(); // the kernel gives other packets the same numbers after a while
        monitors.forEach((name, monitor) -> {
            List<String> lines = monitor.lines();
            lines.subList(read.getOrDefault(name, 0), lines.size()).forEach(line -> forgotten.add(packet(name, line)));
            read.put(name, lines.size());
        });
    }

    /** As nft tells packets of one namespace apart. */
    private static String packet(String place, String line) {
        Matcher id = PACKET.matcher(line);
        return id.lookingAt() ? place + " " + id.group(1) : "";
    }

    /** Since then, by place. */
    Map<String, List<String>> told() {
        Map<String, List<String>> told = new LinkedHashMap<>();
        monitors.forEach((name, monitor) -> {
            List<String> lines = monitor.lines();
            told.put(
                    name,
                    lines.subList(read.getOrDefault(name, 0), lines.size()).stream()
                            .filter(line -> !line.matches(PROBES) && !forgotten.contains(packet(name, line)))
                            .toList());
        });
        return told;
    }

    @Override
    public void close() throws IOException {
        monitors.values().forEach(RunningProgram::close);
        for (ServerSocket server : servers) {
            server.close();
        }
    }

    private static final String SERVICES = """
            table inet fairlead {
              set cluster-ips { type ipv4_addr; elements = { 10.96.0.10, 10.96.0.11, 10.96.0.12, 10.96.0.20, 10.96.0.77 }; }
              set cluster-ips6 { type ipv6_addr; elements = { fd00:96::10, fd00:96::11, fd00:96::12, fd00:96::20, fd00:96::77 }; }
              chain services {
                ip daddr 10.96.0.11 tcp dport 80 dnat ip to 10.244.1.5:8080
                ip daddr 10.96.0.12 tcp dport 80 dnat ip to 10.244.2.7:8080
                ip daddr 10.96.0.20 tcp dport 80 dnat ip to 172.30.0.2:9090
                ip6 daddr fd00:96::11 tcp dport 80 dnat ip6 to [fd00:1::5]:8080
                ip6 daddr fd00:96::12 tcp dport 80 dnat ip6 to [fd00:2::7]:8080
                ip6 daddr fd00:96::20 tcp dport 80 dnat ip6 to [fd30::2]:9090
                ip daddr 172.30.0.HOST tcp dport 30011 dnat ip to 10.244.1.5:8080
                ip daddr 172.30.0.HOST tcp dport 30012 dnat ip to 10.244.2.7:8080
                ip6 daddr fd30::HOST tcp dport 30011 dnat ip6 to [fd00:1::5]:8080
                ip6 daddr fd30::HOST tcp dport 30012 dnat ip6 to [fd00:2::7]:8080
              }
              chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
              chain nat-output { type nat hook output priority -100; jump services; }
              chain refuse {
                ct state established,related return
                ip daddr @cluster-ips reject with tcp reset
                ip6 daddr @cluster-ips6 reject with tcp reset
                ip daddr @cluster-ips reject
                ip6 daddr @cluster-ips6 reject
                ip daddr 172.30.0.HOST tcp dport 30077 reject with tcp reset
                ip6 daddr fd30::HOST tcp dport 30077 reject with tcp reset
                ip daddr 10.96.0.0/16 drop
                ip6 daddr fd00:96::/112 drop
              }
              chain refuse-prerouting { type filter hook prerouting priority dstnat + 10; jump refuse; }
              chain refuse-output { type filter hook output priority -90; jump refuse; }
              chain nat-postrouting { type nat hook postrouting priority srcnat; ct status dnat jump masquerading; }
              chain masquerading {
                ip saddr 10.244.1.5 ip daddr 10.244.1.5 masquerade fully-random
                ip saddr 10.244.2.7 ip daddr 10.244.2.7 masquerade fully-random
                ip6 saddr fd00:1::5 ip6 daddr fd00:1::5 masquerade fully-random
                ip6 saddr fd00:2::7 ip6 daddr fd00:2::7 masquerade fully-random
                ct original ip daddr 172.30.0.HOST ip saddr != { 10.244.NET.0/24, 172.30.0.HOST } masquerade fully-random
                ct original ip6 daddr fd30::HOST ip6 saddr != { fd00:NET::/64, fd30::HOST } masquerade fully-random
              }
            }
            """;

    /** Before and behind each place where addresses change. */
    private static final String WITNESS = """
            table inet w {
              chain pre { type filter hook prerouting priority -350; tcp flags & (syn | rst) != 0 meta nftrace set 1; ECHO }
              chain pre2 { type filter hook prerouting priority 0; }
              chain out { type filter hook output priority -350; tcp flags & (syn | rst) != 0 meta nftrace set 1; ECHO }
              chain out2 { type filter hook output priority 0; }
              chain forward2 { type filter hook forward priority 0; }
              chain in { type filter hook input priority 300; }
              chain post { type filter hook postrouting priority 300; }
            }
            """;

    private static final String BRIDGE_WITNESS = """
            table bridge w {
              chain pre { type filter hook prerouting priority -400; tcp flags & (syn | rst) != 0 meta nftrace set 1; ECHO }
              chain post { type filter hook postrouting priority 300; }
            }
            """;
}
