package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a runtime fills in ({@code ips}, {@code mac}, {@code ipRanges}, {@code dns}), families, and MTU, through CNI calls;
 * {@code ip -j} and {@code ping} judge.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1, fd00:1::1) :node
 * </pre>
 */
@RealKernel
class CapabilitiesTest {
    @TempDir
    Path directory;

    private TestDoor door;

    @BeforeEach
    void make() {
        door = new TestDoor(directory);
    }

    private NodeAgent dual(Netns node) {
        return NodeAgent.start(door.config(node, "10.244.1.0/24", "fd00:1::/64"));
    }

    /** Addresses of a pod's eth0 that aren't link-local. */
    private static List<String> addresses(Netns pod) {
        List<String> found = new ArrayList<>();
        for (JsonNode address :
                Oracle.in(pod).ip("address", "show", "dev", "eth0").get(0).get("addr_info")) {
            if (!address.get("scope").asText().equals("link")) {
                found.add(address.get("local").asText() + "/"
                        + address.get("prefixlen").asInt());
            }
        }
        return found;
    }

    private static String mac(Netns pod) {
        return Oracle.in(pod)
                .ip("link", "show", "dev", "eth0")
                .get(0)
                .get("address")
                .asText();
    }

    private void assertNothing(Netns node, Netns pod, NodeAgent agent) {
        assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        assertThat(agent.reconcile().isClean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0.3.1, 10.244.1.0/24 fd00:1::/64", "1.1.0, 10.244.1.0/24 fd00:1::/64",
        "0.3.1, fd00:1::/64", "1.1.0, fd00:1::/64",
        "0.3.1, 10.244.1.0/24", "1.1.0, 10.244.1.0/24",
    })
    void addCheckAndDelInEachFamily(String version, String cidrs, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(door.config(node, cidrs.split(" ")))) {
            ObjectNode conf = TestDoor.conf(version);
            JsonNode result = door.add("c", pod, conf);
            assertThat(result.get("cniVersion").asText()).isEqualTo(version);
            assertThat(TestDoor.texts(result.get("ips"), "address"))
                    .containsExactlyInAnyOrderElementsOf(addresses(pod));
            assertThat(result.at("/ips/0").has("version")).isEqualTo(version.equals("0.3.1"));
            assertThat(result.at("/interfaces/2").has("mtu")).isEqualTo(version.equals("1.1.0"));
            for (JsonNode ip : result.get("ips")) {
                String gateway = ip.get("gateway").asText();
                assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", gateway)).contains("1 received");
            }
            ObjectNode with = TestDoor.with(conf, result);
            if (version.equals("1.1.0")) {
                door.succeeds("CHECK", "c", pod, with);
                String first = addresses(pod).getFirst();
                Oracle.in(pod).run("ip", "address", "del", first, "dev", "eth0");
                assertThat(door.refused("CHECK", "c", pod, with).toString())
                        .contains("the address " + first + " is gone");
            } else {
                assertThat(door.refused("CHECK", "c", pod, with).get("code").asInt())
                        .as("CHECK is of 0.4.0")
                        .isEqualTo(1);
            }
            door.succeeds("DEL", "c", pod, with);
            door.succeeds("DEL", "c", pod, with);
            assertNothing(node, pod, agent);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "0.3.1 | ['10.244.1.77'] | 10.244.1.77/24 fd00:1::2/64",
                "1.1.0 | ['10.244.1.77'] | 10.244.1.77/24 fd00:1::2/64",
                "1.1.0 | ['10.244.1.77/16'] | 10.244.1.77/24 fd00:1::2/64",
                "0.3.1 | ['10.244.1.77/24', 'fd00:1::77/64'] | 10.244.1.77/24 fd00:1::77/64",
                "1.1.0 | ['fd00:1::77', '10.244.1.77'] | 10.244.1.77/24 fd00:1::77/64",
                "1.1.0 | [] | 10.244.1.2/24 fd00:1::2/64",
            })
    void addressesThatAreAskedFor(String version, String ips, String wanted, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            ObjectNode conf = TestDoor.asking(version, "ips", ips.replace('\'', '"'));
            JsonNode result = door.add("c", pod, conf);
            assertThat(addresses(pod)).containsExactlyInAnyOrder(wanted.split(" "));
            assertThat(TestDoor.texts(result.get("ips"), "address")).containsExactlyInAnyOrder(wanted.split(" "));
            door.succeeds("DEL", "c", pod, TestDoor.with(conf, result));
            assertNothing(node, pod, agent);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ips | ['10.244.1.2'] | 10.244.1.2 was asked for and refused: interface eth0 of container other",
                "ips | ['fd00:1::2'] | fd00:1::2 was asked for and refused: interface eth0 of container other",
                "ips | ['10.9.0.7'] | 10.9.0.7 was asked for and refused: it isn't in",
                "ips | ['fd99::7/64'] | fd99::7 was asked for and refused: it isn't in",
                "ips | ['10.244.1.1'] | it is the gateway",
                "ips | ['10.244.1.255'] | it is the network or broadcast address",
                "ips | ['10.244.1.7', '10.244.1.8'] | 10.244.1.7 was asked for too",
                "ips | ['10.244.1.999'] | runtimeConfig.ips[0] should be an IP address",
                "ips | ['10.244.1.7/33'] | runtimeConfig.ips[0] should be an IP address",
                "mac | '02:00:00:00:00' | mac should be an Ethernet address",
                "mac | '01:00:5e:00:00:01' | mac should not be a group address",
                "mac | '0a:58:0a:f4:01:02' | MAC address 0a:58:0a:f4:01:02 was asked for and refused: fairlead/other/eth0",
                "mac | '0a:58:0a:f4:01:01' | the pods' gateway has it",
                "ipRanges | [[{'subnet': '10.244.1.7/24'}]] | subnet should have no host bits",
                "ipRanges | [[{'subnet': '10.244.1.0/24', 'rangeStart': '10.9.0.1'}]] | rangeStart should be inside",
                "ipRanges | [[{'subnet': '10.244.1.0/24', 'rangeStart': '10.244.1.2', 'rangeEnd': '10.244.1.2'}]] | no free"
                        + " address",
            })
    void whatCannotBeGivenIsRefused(String capability, String value, String sentence, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns other = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            door.add("other", other, TestDoor.conf("1.1.0"));
            for (String version : List.of("0.3.1", "1.1.0")) {
                ObjectNode conf = TestDoor.asking(version, capability, value.replace('\'', '"'));
                JsonNode error = door.refused("ADD", "c", pod, conf);
                assertThat(error.get("msg").asText() + error.path("details").asText())
                        .contains(sentence);
                assertThat(error.get("code").asInt()).isEqualTo(sentence.startsWith("no free") ? 11 : 7);
            }
            door.succeeds("DEL", "other", other, TestDoor.conf("1.1.0"));
            assertNothing(node, pod, agent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.1", "1.1.0"})
    void aMacThatIsAskedFor(String version, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            ObjectNode conf = TestDoor.asking(version, "mac", "\"02:11:22:33:44:55\"");
            JsonNode result = door.add("c", pod, conf);
            assertThat(mac(pod)).isEqualTo("02:11:22:33:44:55");
            assertThat(result.at("/interfaces/2/mac").asText()).isEqualTo("02:11:22:33:44:55");
            assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", "fd00:1::1")).contains("1 received");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[[{'subnet': '10.244.1.0/24', 'rangeStart': '10.244.1.100', 'rangeEnd': '10.244.1.101'}]] | 10.244.1.100/24",
                "[[{'subnet': '10.244.1.0/24', 'rangeStart': '10.244.1.2', 'rangeEnd': '10.244.1.2'},"
                        + " {'subnet': '10.244.1.0/24', 'rangeStart': '10.244.1.50'}]] | 10.244.1.50/24",
                "[[{'subnet': 'fd00:1::/64', 'rangeStart': 'fd00:1::100'}], [{'subnet': '10.244.1.0/24', 'rangeStart':"
                        + " '10.244.1.60'}]] | fd00:1::100/64 10.244.1.60/24",
                "[] | 10.244.1.3/24 fd00:1::3/64",
            })
    void rangesGiveOneAddressFromEachOfTheOuterList(String ranges, String wanted, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            door.add("other", namespaces.create(), TestDoor.conf("1.1.0")); // has 10.244.1.2 and fd00:1::2
            for (String version : List.of("0.3.1", "1.1.0")) {
                ObjectNode conf = TestDoor.asking(version, "ipRanges", ranges.replace('\'', '"'));
                JsonNode result = door.add(version, pod, conf);
                List<String> given = TestDoor.texts(result.get("ips"), "address");
                assertThat(addresses(pod)).containsExactlyInAnyOrderElementsOf(given);
                if (version.equals("0.3.1")) {
                    assertThat(given).containsExactlyInAnyOrder(wanted.split(" "));
                }
                assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", "10.244.1.1"))
                        .contains("1 received");
                door.succeeds("DEL", version, pod, TestDoor.with(conf, result));
            }
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.1", "1.1.0"})
    void dnsGoesIntoTheResult(String version, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            ObjectNode conf = TestDoor.asking(
                    version,
                    "dns",
                    "{\"servers\": [\"10.96.0.10\"], \"searches\": [\"svc\"], \"options\": [\"ndots:5\"]}");
            conf.set("dns", TestDoor.json("{\"nameservers\": [\"192.0.2.53\"], \"domain\": \"d\"}"));
            assertThat(door.add("asked", namespaces.create(), conf).get("dns"))
                    .isEqualTo(TestDoor.json("{\"nameservers\": [\"10.96.0.10\"], \"search\": [\"svc\"], \"options\":"
                            + " [\"ndots:5\"]}"));
            conf.remove("runtimeConfig");
            assertThat(door.add("own", namespaces.create(), conf).get("dns")).isEqualTo(conf.get("dns"));
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    // ---- MTU

    @Test
    void anMtuBelowIpv6sMinimumIsRefused(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        assertThatThrownBy(() -> NodeAgent.start(
                        door.config(node, "10.244.1.0/24", "fd00:1::/64").withMtu(1279)))
                .hasMessage("pods can't have addresses of fd00:1::/64 with an MTU of 1279: IPv6 asks for 1280 bytes on"
                        + " every link");
        assertThat(Oracle.in(node).ip("link")).as("only lo").hasSize(1);
        try (NodeAgent agent = dual(node)) {
            JsonNode error =
                    door.refused("ADD", "c", pod, TestDoor.conf("1.1.0").put("mtu", 1279));
            assertThat(error.get("msg").asText()).isEqualTo("an MTU of 1279 is too small for the address fd00:1::2/64");
            assertThat(error.get("code").asInt()).isEqualTo(7);
            JsonNode other =
                    door.refused("ADD", "c", pod, TestDoor.conf("1.1.0").put("mtu", 9000));
            assertThat(other.toString()).contains("'mtu' is 9000", "start the agent with --mtu 9000");
            JsonNode text = door.refused("ADD", "c", pod, TestDoor.conf("1.1.0").put("mtu", "large"));
            assertThat(text.get("code").asInt()).isEqualTo(6);
            assertNothing(node, pod, agent);
            for (int same : List.of(0, 1500)) {
                JsonNode result = door.add(
                        "c" + same, namespaces.create(), TestDoor.conf("1.1.0").put("mtu", same));
                assertThat(result.at("/interfaces/2/mtu").asInt()).isEqualTo(1500);
            }
        }
    }

    @Test
    void anIpv6AddressFromRangesNeedsTheMtuToo(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent =
                NodeAgent.start(door.config(node, "10.244.1.0/24").withMtu(1000))) {
            JsonNode error = door.refused(
                    "ADD", "c", pod, TestDoor.asking("1.1.0", "ipRanges", "[[{\"subnet\": \"fd00:7::/64\"}]]"));
            assertThat(error.get("msg").asText()).contains("an MTU of 1000 is too small for the address fd00:7::2/64");
            assertNothing(node, pod, agent);
            door.add("c", pod, TestDoor.conf("1.1.0"));
            assertThat(Oracle.in(pod)
                            .ip("link", "show", "dev", "eth0")
                            .get(0)
                            .get("mtu")
                            .asInt())
                    .isEqualTo(1000);
        }
    }

    // ---- what is in the way

    @Test
    void anInterfaceNameThatIsTaken(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = dual(node)) {
            Oracle.in(pod).run("ip", "link", "add", "eth0", "type", "bridge");
            JsonNode error = door.refused("ADD", "c", pod, TestDoor.conf("1.1.0"));
            assertThat(error.toString()).contains("already has an interface eth0", "delete it first or choose another");
            Oracle.in(pod).run("ip", "link", "delete", "eth0");
            assertNothing(node, pod, agent);
            assertThat(door.add("c", pod, TestDoor.conf("1.1.0"))
                            .at("/ips/0/address")
                            .asText())
                    .startsWith("10.244.1.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NODE_WIRED", "POD_WIRED", "FEATURES_STARTED", "DELIVERED"})
    void aNamespaceThatVanishesInTheMiddle(String step, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(door.config(node, "10.244.1.0/24"), (reached, attachment) -> {
            if (reached == Step.valueOf(step) && attachment.containerId().equals("c")) {
                // What the kernel does with the links of a namespace that ends.
                Oracle.in(pod).run("ip", "link", "delete", "eth0");
            }
        })) {
            var answer = door.call("ADD", "c", pod, TestDoor.conf("1.1.0"));
            if (answer.exitCode() != 0) {
                assertThat(answer.stdoutText()).contains("could not", "\"code\"");
            }
            Poll.until(
                    Duration.ofSeconds(5),
                    () -> agent.cniLog().size() == 1,
                    () -> agent.cniLog().toString());
            agent.reconcile();
            assertNothing(node, pod, agent);
            door.succeeds("DEL", "c", pod, TestDoor.conf("1.1.0"));
            assertThat(door.add("d", namespaces.create(), TestDoor.asking("1.1.0", "ips", "[\"10.244.1.2\"]"))
                            .at("/ips/0/address")
                            .asText())
                    .as("the address is free again")
                    .isEqualTo("10.244.1.2/24");
        }
    }
}
