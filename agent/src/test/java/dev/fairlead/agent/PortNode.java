package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node whose pods have host ports, and somebody outside who knows no way to pods.
 *
 * <pre>
 *   pod a (10.244.1.2, fd00:10:244:1::2): eth0 ─┐
 *                                               ├ fl0 :node: uplink (172.30.0.2, fd00:30::2) ── eth0 (172.30.0.1, fd00:30::1) :outside
 *   pod b (10.244.1.3, fd00:10:244:1::3): eth0 ─┘      lo: 192.0.2.2
 * </pre>
 */
final class PortNode implements AutoCloseable {
    static final String NODE4 = "172.30.0.2";
    static final String NODE6 = "fd00:30::2";
    static final String SECOND4 = "192.0.2.2";
    static final String OUTSIDE4 = "172.30.0.1";
    static final String OUTSIDE6 = "fd00:30::1";

    final Netns node;
    final Netns outside;
    final Oracle inNode;
    private final TestNamespaces namespaces;
    private final Path directory;
    private boolean masquerade;
    private Optional<NodeAgent> agent = Optional.empty();
    private final List<Chat> servers = new ArrayList<>();

    PortNode(TestNamespaces namespaces, Path directory) {
        this.namespaces = namespaces;
        this.directory = directory;
        node = namespaces.create();
        outside = namespaces.create();
        inNode = Oracle.in(node);
        for (Netns netns : List.of(node, outside)) {
            Sysctl.in(netns).write("net/ipv6/conf/default/accept_dad", 0);
            Oracle.in(netns).run("ip", "link", "set", "lo", "up");
        }
        // A handle's /proc path of this process, since the namespaces have no names.
        inNode.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", path(outside));
        device(inNode, "uplink", NODE4 + "/24", NODE6 + "/64");
        device(Oracle.in(outside), "eth0", OUTSIDE4 + "/24", OUTSIDE6 + "/64");
        device(inNode, "lo", SECOND4 + "/32");
        Oracle.in(outside).run("ip", "route", "add", SECOND4, "via", NODE4);
    }

    static String path(Netns netns) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + netns.fd().number();
    }

    private static void device(Oracle oracle, String name, String... addresses) {
        oracle.run("ip", "link", "set", name, "up");
        for (String address : addresses) {
            oracle.run("ip", "address", "add", address, "dev", name);
        }
    }

    PortNode masquerading(boolean on) {
        masquerade = on;
        return this;
    }

    AgentConfig config() {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:10:244:1::/64")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"))
                .withMasquerade(masquerade);
    }

    NodeAgent agent() {
        return agent.orElseThrow();
    }

    NodeAgent startAgent() {
        NodeAgent started = NodeAgent.start(config());
        agent = Optional.of(started);
        return started;
    }

    void stopAgent() {
        agent.ifPresent(NodeAgent::close);
        agent = Optional.empty();
    }

    Path state() {
        return directory.resolve("state");
    }

    // ---- calls

    static ObjectNode conf() {
        return CniJson.newObject()
                .put("cniVersion", "1.1.0")
                .put("name", "fairlead")
                .put("type", "fairlead-cni");
    }

    /** Each mapping as {@code protocol hostPort containerPort [hostIP]}. */
    static ObjectNode withPorts(ObjectNode conf, String... mappings) {
        ArrayNode list = conf.withObject("runtimeConfig").putArray("portMappings");
        for (String mapping : mappings) {
            String[] words = mapping.split(" ", -1);
            ObjectNode one = list.addObject()
                    .put("protocol", words[0])
                    .put("hostPort", Integer.parseInt(words[1]))
                    .put("containerPort", Integer.parseInt(words[2]));
            if (words.length > 3) {
                one.put("hostIP", words[3]);
            }
        }
        return conf;
    }

    static ObjectNode ports(String... mappings) {
        return withPorts(conf(), mappings);
    }

    PluginOutput call(String verb, String container, Netns pod, ObjectNode conf) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container);
        environment.put("CNI_PATH", "/opt/cni/bin");
        byte[] stdin = conf.toString().getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.send(ShimFrames.encode(new ShimRequest(environment, stdin)), pod.fd());
            return ShimFrames.readAnswer(socket.input());
        }
    }

    /** DEL as a runtime sends it when the namespace has gone. */
    PluginOutput delWithoutNamespace(String container) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", "DEL");
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_PATH", "/opt/cni/bin");
        byte[] stdin = conf().toString().getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.write(ShimFrames.encode(new ShimRequest(environment, stdin)));
            return ShimFrames.readAnswer(socket.input());
        }
    }

    JsonNode add(String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call("ADD", container, pod, conf);
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        return CniJson.read(output.stdout());
    }

    void del(String container, Netns pod) {
        PluginOutput output = call("DEL", container, pod, conf());
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
    }

    /** Says why. */
    JsonNode refused(String verb, String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call(verb, container, pod, conf);
        assertThat(output.exitCode()).as(output.stdoutText()).isEqualTo(1);
        return CniJson.read(output.stdout());
    }

    // ---- traffic

    Netns pod() {
        Netns pod = namespaces.create();
        Sysctl.in(pod).write("net/ipv6/conf/default/accept_dad", 0);
        return pod;
    }

    /** Serves a port until the end of the test: whoever asks is told {@code name source}. */
    Chat serve(String name, Netns where, boolean tcp, int port) {
        Chat chat = Chat.serve(name, where, tcp, port);
        servers.add(chat);
        return chat;
    }

    /** What {@code nft} lists of our table; empty when there is none. */
    String table() {
        Oracle.Outcome outcome = inNode.attempt("nft", "list", "table", "inet", "fairlead-nat");
        return outcome.exitCode() == 0 ? outcome.output() : "";
    }

    String localnet(String device) {
        return Sysctl.in(node).read("net/ipv4/conf/" + device + "/route_localnet");
    }

    @Override
    public void close() {
        servers.forEach(Chat::close);
        stopAgent();
    }
}
