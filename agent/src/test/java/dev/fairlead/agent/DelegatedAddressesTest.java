package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Addresses from IPAM plugins: Debian's {@code host-local}, {@code static} and {@code dhcp}, and a script that writes down
 * how it is called. {@code ip -j}, {@code nft}, {@code ping} and the plugins' own files judge.
 *
 * <pre>
 *   pod a: eth0 ─┐
 *                ├ fl0 (10.244.1.1, fd00:10:244:1::1) :node
 *   pod b: eth0 ─┘        └ dhcp0 ── server 10.244.1.200 (dnsmasq), for dhcp only
 * </pre>
 */
@RealKernel
class DelegatedAddressesTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Path REFERENCE = Path.of("/usr/lib/cni");

    @TempDir
    Path directory;

    private ShimCalls shim = new ShimCalls(Path.of("/nowhere"), List.of());
    private ScriptedIpam scripted = new ScriptedIpam(Path.of("/nowhere"));

    @BeforeAll
    static void watch() throws IOException {
        ScriptedIpam.startWatching();
    }

    @BeforeEach
    void paths() throws IOException {
        scripted = ScriptedIpam.giving(directory.resolve("plugins"), "10.244.1.77/24");
        shim = new ShimCalls(directory.resolve("cni.sock"), List.of(directory.resolve("plugins"), REFERENCE));
    }

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:10:244:1::/64")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private static ObjectNode conf(String version, String ipam) {
        ObjectNode conf = CniJson.newObject()
                .put("cniVersion", version)
                .put("name", "net")
                .put("type", "fairlead-cni");
        if (!ipam.isEmpty()) {
            conf.set("ipam", CniJson.read(ipam.getBytes(StandardCharsets.UTF_8)));
        }
        return conf;
    }

    private static ObjectNode scriptedConf() {
        return conf("1.1.0", "{\"type\":\"scripted\",\"only it\":\"knows this\"}");
    }

    private ObjectNode hostLocal() {
        return conf("1.0.0", """
                {"type":"host-local","dataDir":"%s",
                 "ranges":[[{"subnet":"10.244.1.0/24","rangeStart":"10.244.1.100"}],[{"subnet":"fd00:10:244:1::/64"}]],
                 "routes":[{"dst":"0.0.0.0/0"},{"dst":"::/0"},{"dst":"10.99.0.0/16","gw":"10.244.1.254"}]}""".formatted(directory.resolve("data")));
    }

    private List<String> heldByHostLocal() throws IOException {
        Path data = directory.resolve("data/net");
        if (!Files.isDirectory(data)) {
            return List.of();
        }
        try (var files = Files.list(data)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("last_reserved") && !name.equals("lock"))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> routes(Netns pod, String family) {
        return Oracle.in(pod).lines("ip", family, "route", "show", "proto", "250");
    }

    private static JsonNode ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0");
    }

    private static int guarded(Netns node) {
        int count = 0;
        for (JsonNode object :
                Oracle.in(node).nft("list", "table", "bridge", "fairlead-guard").path("nftables")) {
            count += object.path("set").path("elem").size();
        }
        return count;
    }

    private void assertNothingIsLeft(Netns node, Netns pod) throws IOException {
        assertThat(ports(node)).as("ports").isEmpty();
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        assertThat(guarded(node)).as("elements of the guard").isZero();
        assertThat(scripted.held()).as("held by the plugin").isEmpty();
        assertThat(directory.resolve("state/delegated")).isEmptyDirectory();
    }

    @Test
    void hostLocalGivesAddressesAndRoutesAndGetsThemBack(TestNamespaces namespaces) throws IOException {
        Oracle.assumeInstalled("/usr/lib/cni/host-local");
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode result = shim.add("a", a, hostLocal());
            assertThat(result.at("/cniVersion").asText()).isEqualTo("1.0.0");
            assertThat(result.at("/ips").findValuesAsText("address"))
                    .containsExactly("10.244.1.100/24", "fd00:10:244:1::2/64");
            assertThat(result.at("/ips").findValuesAsText("interface")).containsExactly("2", "2");
            assertThat(result.at("/routes").findValuesAsText("dst"))
                    .containsExactly("0.0.0.0/0", "::/0", "10.99.0.0/16");
            Oracle.in(a).awaitUp("eth0");
            JsonNode eth0 = Oracle.in(a).ip("address", "show", "dev", "eth0").get(0);
            assertThat(eth0.findValuesAsText("local")).contains("10.244.1.100", "fd00:10:244:1::2");
            assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
            assertThat(routes(a, "-4"))
                    .containsExactly("default via 10.244.1.1 dev eth0", "10.99.0.0/16 via 10.244.1.254 dev eth0");
            assertThat(routes(a, "-6").getFirst()).startsWith("default via fd00:10:244:1::1 dev eth0");
            assertThat(heldByHostLocal()).containsExactly("10.244.1.100", "fd00:10:244:1::2");

            shim.add("b", b, hostLocal());
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.101")).contains("1 received");
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "fd00:10:244:1::3"))
                    .contains("1 received");
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.1")).contains("1 received");
            assertThat(guarded(node))
                    .as("two ports, two MACs, and three addresses of each")
                    .isEqualTo(10);

            ObjectNode check = hostLocal();
            check.set("prevResult", result);
            shim.succeed("CHECK", "a", a, check);
            assertThat(agent.reconcile().isClean()).isTrue();

            shim.succeed("DEL", "a", a, hostLocal());
            shim.succeed("DEL", "a", a, hostLocal());
            assertThat(heldByHostLocal()).containsExactly("10.244.1.101", "fd00:10:244:1::3");
            ShimCalls.assertSilent(shim.delWithoutNetns("b", hostLocal()));
            assertThat(heldByHostLocal()).isEmpty();
            assertNothingIsLeft(node, a);
        }
    }

    @Test
    void aPodWithADelegatesAddressCannotSendWithAnother(TestNamespaces namespaces) {
        Oracle.assumeInstalled("/usr/lib/cni/host-local");
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("a", a, hostLocal());
            shim.add("b", b, hostLocal());
            assertThat(spoofs(a, b)).isFalse();
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().isClean()).as(agent.found().toString()).isTrue();
            assertThat(spoofs(a, b)).as("after a restart").isFalse();
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.101")).contains("1 received");
        }
    }

    private static boolean spoofs(Netns a, Netns b) {
        Oracle in = Oracle.in(a);
        String mac = Oracle.in(b)
                .ip("link", "show", "dev", "eth0")
                .get(0)
                .get("address")
                .asText();
        in.run("ip", "address", "replace", "10.244.1.99/32", "dev", "eth0");
        in.run("ip", "neigh", "replace", "10.244.1.101", "lladdr", mac, "dev", "eth0");
        return in.attempt("ping", "-c1", "-W1", "-I", "10.244.1.99", "10.244.1.101")
                        .exitCode()
                == 0;
    }

    @Test
    void staticGivesWhatTheConfigurationSays(TestNamespaces namespaces) {
        Oracle.assumeInstalled("/usr/lib/cni/static");
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        ObjectNode conf = conf("1.0.0", """
                {"type":"static","addresses":[{"address":"10.244.1.10/24","gateway":"10.244.1.1"}],
                 "routes":[{"dst":"192.0.2.0/24"}],"dns":{"nameservers":["10.244.1.53"]}}""");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode result = shim.add("a", a, conf);
            assertThat(result.at("/dns/nameservers/0").asText()).isEqualTo("10.244.1.53");
            assertThat(routes(a, "-4")).containsExactly("192.0.2.0/24 via 10.244.1.1 dev eth0");
            JsonNode error = shim.refused("ADD", "b", namespaces.create(), conf);
            assertThat(error.get("code").asInt()).isEqualTo(7);
            assertThat(error.toString())
                    .contains("IPAM plugin 'static' gave an address that is in use")
                    .contains("net/a/eth0 holds it");
            assertThat(ports(node)).hasSize(1);
            shim.succeed("DEL", "a", a, conf);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    /** Everything that 1.1.0 lets a plugin say about a route gets into the kernel. */
    @Test
    void aRouteHasAllThatThePluginSays(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        var _ = scripted.doing("""
                [ $CNI_COMMAND = ADD ] && echo '{"cniVersion":"1.1.0",
                  "ips":[{"address":"10.244.1.77/24","gateway":"10.244.1.1"}],
                  "routes":[{"dst":"192.0.2.0/24","mtu":1300,"advmss":1200,"priority":7,"table":100},
                            {"dst":"198.51.100.0/24","scope":253}]}'; exit 0""");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode result = shim.add("a", a, scriptedConf());
            assertThat(result.at("/routes/0/table").asInt()).isEqualTo(100);
            assertThat(Oracle.in(a).lines("ip", "route", "show", "table", "100").toString())
                    .contains("192.0.2.0/24 via 10.244.1.1 dev eth0")
                    .contains("metric 7")
                    .contains("mtu 1300")
                    .contains("advmss 1200");
            assertThat(routes(a, "-4")).containsExactly("198.51.100.0/24 dev eth0 scope link");
            ObjectNode check = scriptedConf();
            check.set("prevResult", result);
            shim.succeed("CHECK", "a", a, check);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    void eachVerbIsHandedOnWithTheSameBytes(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            byte[] add = " {\"cniVersion\":\"1.1.0\", \"name\":\"net\", \"ipam\":{\"type\":\"scripted\",\"x\":1.0} }"
                    .getBytes(StandardCharsets.UTF_8);
            Map<String, String> environment = shim.environment("ADD", "a", a);
            environment.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web");
            PluginOutput output = shim.call(environment, a, add);
            assertThat(output.exitCode()).as(output.stdoutText()).isZero();
            JsonNode result = CniJson.read(output.stdout());
            assertThat(result.at("/ips/0/address").asText()).isEqualTo("10.244.1.77/24");
            assertThat(result.at("/routes/0/dst").asText())
                    .as("it named a gateway")
                    .isEqualTo("0.0.0.0/0");
            assertThat(result.at("/dns/nameservers/0").asText()).isEqualTo("10.244.1.53");
            assertThat(scripted.stdin("ADD")).isEqualTo(add);
            environment.forEach(
                    (name, value) -> assertThat(environmentOf("ADD")).contains(name + "=" + value));

            ObjectNode check = scriptedConf();
            check.set("prevResult", result);
            shim.succeed("CHECK", "a", a, check);
            assertThat(scripted.stdin("CHECK")).isEqualTo(check.toString().getBytes(StandardCharsets.UTF_8));
            shim.succeed("STATUS", "", a, scriptedConf());
            ObjectNode gc = scriptedConf();
            gc.putArray("cni.dev/valid-attachments")
                    .addObject()
                    .put("containerID", "a")
                    .put("ifname", "eth0");
            shim.succeed("GC", "", a, gc);
            assertThat(scripted.stdin("GC")).isEqualTo(gc.toString().getBytes(StandardCharsets.UTF_8));
            ObjectNode del = check.deepCopy();
            shim.succeed("DEL", "a", a, del);
            assertThat(scripted.stdin("DEL")).isEqualTo(del.toString().getBytes(StandardCharsets.UTF_8));
            assertThat(environmentOf("DEL")).contains("CNI_NETNS=" + ShimCalls.netns(a));
            assertThat(scripted.calls()).containsExactly("ADD a", "CHECK a", "STATUS ", "GC ", "DEL a");
            assertNothingIsLeft(node, a);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    private List<String> environmentOf(String verb) {
        try {
            return scripted.environment(verb);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatThePluginRefusesIsRefused(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode result = shim.add("a", a, scriptedConf());
            ObjectNode conf = scriptedConf();
            conf.set("prevResult", result);
            conf.putArray("cni.dev/valid-attachments");
            var _ = scripted.doing("echo '{\"code\":123,\"msg\":\"no '$CNI_COMMAND' today\"}'; exit 1");
            for (String verb : List.of("STATUS", "CHECK", "DEL", "GC")) {
                JsonNode error = shim.refused(verb, "a", a, conf);
                assertThat(error.get("code").asInt()).as(verb).isEqualTo(123);
                assertThat(error.toString()).contains("no " + (verb.equals("GC") ? "DEL" : verb) + " today");
            }
            assertThat(ports(node))
                    .as("an interface that nobody may use any more")
                    .isEmpty();
            assertThat(scripted.held()).containsExactly("a");
            paths();
            shim.succeed("DEL", "a", a, scriptedConf());
            assertNothingIsLeft(node, a);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    void anAddThatThePluginRefusesLeavesNothing(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            var _ = scripted.doing(
                    "[ $CNI_COMMAND = DEL ] && exit 0; echo '{\"code\":11,\"msg\":\"all gone\"}'; exit 1");
            JsonNode error = shim.refused("ADD", "a", a, scriptedConf());
            assertThat(error.get("code").asInt()).isEqualTo(11);
            assertThat(error.toString()).contains("all gone").contains("plugin 'scripted'");
            assertThat(scripted.calls()).containsExactly("ADD a", "DEL a");
            assertNothingIsLeft(node, a);
            var _ = scripted.doing("[ $CNI_COMMAND = ADD ] && echo '{\"ips\":[]}'; exit 0");
            assertThat(shim.refused("ADD", "a", a, scriptedConf()).toString()).contains("gave no address");
            assertThat(scripted.calls()).containsExactly("ADD a", "DEL a");
            var _ = ScriptedIpam.giving(scripted.directory(), "10.244.1.1/24");
            assertThat(shim.refused("ADD", "a", a, scriptedConf()).toString()).contains("which is the node's own");
            assertNothingIsLeft(node, a);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    /** The delegate has given its address, and then the kernel refuses a route. */
    @Test
    void anAddThatFailsAfterThePluginGaveItsAddressGivesItBack(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            var _ = scripted.doing("""
                    case $CNI_COMMAND in
                    ADD) : >"$here/held-$CNI_CONTAINERID"
                         echo '{"ips":[{"address":"10.244.1.77/24"}],"routes":[{"dst":"0.0.0.0/0","gw":"192.0.2.1"}]}' ;;
                    DEL) rm -f "$here/held-$CNI_CONTAINERID" ;;
                    esac""");
            JsonNode error = shim.refused("ADD", "a", a, scriptedConf());
            assertThat(error.get("code").asInt()).isEqualTo(5);
            assertThat(error.toString()).contains("192.0.2.1");
            assertThat(scripted.calls()).containsExactly("ADD a", "DEL a");
            assertNothingIsLeft(node, a);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    void aPluginThatIsNotThereIsNamedWithWhereItWasLookedFor(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        ObjectNode conf = conf("1.1.0", "{\"type\":\"no-such-ipam\"}");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode error = shim.refused("ADD", "a", a, conf);
            assertThat(error.get("code").asInt()).isEqualTo(7);
            assertThat(error.get("msg").asText()).contains("plugin 'no-such-ipam' is needed for ADD in network 'net'");
            assertThat(error.get("details").asText())
                    .contains(directory.resolve("plugins").toString())
                    .contains(REFERENCE.toString());
            assertThat(shim.refused("STATUS", "", a, conf).get("code").asInt()).isEqualTo(50);
            shim.succeed("DEL", "a", a, conf);
            assertNothingIsLeft(node, a);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    /** Whatever the configuration has become, the plugin that was asked is told. */
    @Test
    void aDelWithAnotherConfigurationReachesThePluginThatWasAsked(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("a", a, scriptedConf());
            assertThat(scripted.held()).containsExactly("a");
            shim.succeed("DEL", "a", a, conf("1.1.0", ""));
            assertNothingIsLeft(node, a);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    void anAddThatIsRepeatedIsRefusedAndHarmsNothing(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("a", a, scriptedConf());
            Poll.until(
                    SOON,
                    () -> !ports(node).toString().contains("unanswered"),
                    () -> ports(node).toString());
            assertThat(shim.refused("ADD", "a", a, scriptedConf()).toString()).contains("is attached already");
            assertThat(scripted.calls()).containsExactly("ADD a");
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.1")).contains("1 received");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    /** The interface must be there and on the bridge before anybody can be asked; the server's file is the oracle. */
    @Test
    void dhcpGetsAnAddressOverTheInterfaceItself(TestNamespaces namespaces) throws IOException {
        Oracle.assumeInstalled("/usr/lib/cni/dhcp");
        Oracle.assumeInstalled("dnsmasq");
        Netns node = namespaces.create();
        Netns server = namespaces.create();
        Netns a = namespaces.create();
        ObjectNode conf =
                conf("1.0.0", "{\"type\":\"dhcp\",\"daemonSocketPath\":\"" + directory.resolve("dhcp.sock") + "\"}");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            Oracle.in(node)
                    .run(
                            "ip",
                            "link",
                            "add",
                            "dhcp0",
                            "type",
                            "veth",
                            "peer",
                            "name",
                            "up0",
                            "netns",
                            ShimCalls.netns(server));
            Oracle.in(node).run("ip", "link", "set", "dhcp0", "master", "fl0", "up");
            Oracle.in(server).run("ip", "address", "add", "10.244.1.200/24", "dev", "up0");
            Oracle.in(server).run("ip", "link", "set", "up0", "up");
            try (RunningProgram dhcp = Oracle.in(server)
                            .start(
                                    "dnsmasq",
                                    "--no-daemon",
                                    "--conf-file=/dev/null",
                                    "--port=0",
                                    "--no-ping",
                                    "--user=root",
                                    "--log-dhcp",
                                    "--interface=up0",
                                    "--bind-interfaces",
                                    "--dhcp-authoritative",
                                    "--dhcp-leasefile=" + directory.resolve("leases"),
                                    "--pid-file=",
                                    "--dhcp-range=10.244.1.210,10.244.1.220,255.255.255.0,1h",
                                    "--dhcp-option=option:router,10.244.1.1");
                    RunningProgram daemon = Oracle.in(node)
                            .start(
                                    "/usr/lib/cni/dhcp",
                                    "daemon",
                                    "-socketpath",
                                    directory.resolve("dhcp.sock").toString())) {
                dhcp.await("DHCP, IP range", SOON);
                Poll.until(
                        SOON,
                        () -> Files.exists(directory.resolve("dhcp.sock")),
                        () -> daemon.lines().toString());
                JsonNode result = shim.add("a", a, conf);
                String address = result.at("/ips/0/address").asText();
                assertThat(address).startsWith("10.244.1.21").endsWith("/24");
                assertThat(Oracle.in(a).ip("address", "show", "dev", "eth0").findValuesAsText("local"))
                        .contains(address.replace("/24", ""));
                assertThat(routes(a, "-4").getFirst()).startsWith("default via 10.244.1.1 dev eth0");
                assertThat(Files.readString(directory.resolve("leases"))).contains(address.replace("/24", ""));
                assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.200"))
                        .contains("1 received");
                shim.succeed("DEL", "a", a, conf);
                var _ = daemon.await("releasing lease", SOON);
                Oracle.in(node).run("ip", "link", "delete", "dhcp0");
                assertNothingIsLeft(node, a);
                assertThat(agent.reconcile().isClean()).isTrue();
            }
        }
    }
}
