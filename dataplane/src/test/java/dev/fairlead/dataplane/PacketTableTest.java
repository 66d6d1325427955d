package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.services.Decision;
import dev.fairlead.plan.services.ServicePlan;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The packet table: each flow is decided by {@link ServicePlan#decide(Flow)} and sent through the real kernel, by TCP and UDP,
 * IPv4 and IPv6, and both must say what the table says. The places are those of {@link TwoNodes}.
 *
 * <pre>
 *   10.96.0.10 web      a, b        10.96.0.77 nobody   no endpoints
 *   10.96.0.11 here     a           10.96.0.99 free     no Service has it
 *   10.96.0.12 there    b
 *   node ports: web 30010, there 30012, nobody 30077
 *   all: port 80 to 8080, TCP and UDP; port 81 TCP only; port 82 UDP only, both to 8080 of a
 * </pre>
 */
@RealKernel
class PacketTableTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofMillis(250);

    /** Less than TCP waits before it asks a second time, so it is the first packet that was refused. */
    private static final long AT_ONCE = Duration.ofSeconds(1).toNanos();

    /** Tries until each of several endpoints has been met; with two, all but one in 2^60 are enough. */
    private static final int TRIES = 60;

    private static final String TABLE = """
            # from     to          what happens
            client     web:80      a | b
            client     here:80     a
            client     there:80    b
            a          here:80     a masquerade
            a          there:80    b
            a          web:80      a masquerade | b
            b          here:80     a
            b          there:80    b masquerade
            n1         here:80     a
            n1         there:80    b
            outside    here:80     a masquerade
            outside    there:80    b masquerade
            outside    web:80      a masquerade | b masquerade
            client     here:83     reject
            n1         here:83     reject
            outside    here:83     reject
            client     nobody:80   reject
            b          nobody:80   reject
            n1         nobody:80   reject
            outside    nobody:80   reject
            client     free:80     drop
            n1         free:80     drop
            outside    free:80     drop
            client     n1:30010    a | b
            a          n1:30010    a masquerade | b
            n1         n1:30010    a | b
            outside    n1:30010    a masquerade | b masquerade
            b          n1:30010    a masquerade | b masquerade
            client     n2:30010    a masquerade | b masquerade
            n1         n2:30012    b masquerade
            outside    n1:30012    b masquerade
            client     n1:30077    reject
            n1         n1:30077    reject
            outside    n1:30077    reject
            b          n1:30077    reject
            client     a:8080      pass a
            client     b:8080      pass b
            a          a:8080      pass a
            n1         a:8080      pass a
            n1         b:8080      pass b
            outside    a:8080      pass a
            """;

    /** One line of the table, for one protocol and family. */
    private record Row(Place from, IpPort to, Protocol protocol, String expected, String text) {
        Flow flow() {
            return new Flow(protocol, new IpPort(from.ip(to.ip().family()), 40_000), to);
        }

        @Override
        public String toString() {
            return text + " (" + protocol + " " + to.ip().family() + ")";
        }
    }

    @Test
    void planAndKernelAgree(TestNamespaces namespaces) {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.TCP, 8080);
            cluster.serve(Protocol.UDP, 8080);
            Oracle outside = Oracle.in(cluster.outside.netns());
            countServiceTraffic(outside);
            assertThat(Talk.once(cluster.client, Protocol.UDP, IpPort.of("10.96.0.99:80"), SILENCE))
                    .as("without a table")
                    .isEqualTo(new Talk.Silence());
            assertThat(strayed(outside)).as("the count counts").isEqualTo(1);

            ClusterPicture picture = picture();
            ServicePlan first = ServicePlan.of(picture, "n1");
            ServicePlan second = ServicePlan.of(picture, "n2");
            cluster.services(cluster.n1).apply(first);
            cluster.services(cluster.n2).apply(second);
            List<String> wrong = new ArrayList<>();
            for (Row row : rows(cluster)) {
                ServicePlan plan = translator(row, cluster) == cluster.n2 ? second : first;
                String decided = decided(plan.decide(row.flow()), row, cluster);
                String seen = seen(row, cluster);
                if (!decided.equals(row.expected) || !seen.equals(row.expected)) {
                    wrong.add(row + ": the plan says '" + decided + "', the kernel '" + seen + "'");
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(strayed(outside))
                    .as("packets to Service addresses that left a node")
                    .isEqualTo(1);
        }
    }

    /** The node whose address is asked, else the sender's own. */
    private static Place translator(Row row, TwoNodes cluster) {
        for (Place node : List.of(cluster.n1, cluster.n2)) {
            if (row.to.ip().equals(node.ip(row.to.ip().family()))) {
                return node;
            }
        }
        return row.from == cluster.b ? cluster.n2 : cluster.n1;
    }

    private static ClusterPicture picture() {
        ClusterPicture picture = TwoNodes.picture();
        for (Family family : Family.values()) {
            boolean four = family == Family.IPV4;
            picture = new Services(picture, family)
                    .add("web", 10, 30_010, four ? "10.244.1.5@n1 10.244.2.7@n2" : "fd00:1::5@n1 fd00:2::7@n2")
                    .add("here", 11, four ? "10.244.1.5@n1" : "fd00:1::5@n1")
                    .add("there", 12, 30_012, four ? "10.244.2.7@n2" : "fd00:2::7@n2")
                    .add("nobody", 77, 30_077, "")
                    .picture();
        }
        return picture;
    }

    private static List<Row> rows(TwoNodes cluster) {
        List<Row> rows = new ArrayList<>();
        for (String line : TABLE.lines().filter(l -> !l.startsWith("#")).toList()) {
            String[] words = line.split(" +", 3);
            for (Family family : Family.values()) {
                for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
                    rows.add(
                            new Row(place(words[0], cluster), to(words[1], family, cluster), protocol, words[2], line));
                }
            }
        }
        return rows;
    }

    private static Place place(String name, TwoNodes cluster) {
        return switch (name) {
            case "client" -> cluster.client;
            case "a" -> cluster.a;
            case "b" -> cluster.b;
            case "n1" -> cluster.n1;
            case "n2" -> cluster.n2;
            case "outside" -> cluster.outside;
            default -> fail("no place " + name);
        };
    }

    private static IpPort to(String text, Family family, TwoNodes cluster) {
        String[] words = text.split(":", 2);
        Ip ip = switch (words[0]) {
            case "web" -> Services.address(family, 10);
            case "here" -> Services.address(family, 11);
            case "there" -> Services.address(family, 12);
            case "nobody" -> Services.address(family, 77);
            case "free" -> Services.address(family, 99);
            default -> place(words[0], cluster).ip(family);
        };
        return new IpPort(ip, Integer.parseInt(words[1]));
    }

    // ---- what the plan says

    private static String decided(Decision decision, Row row, TwoNodes cluster) {
        return switch (decision) {
            case Decision.Dnat dnat -> {
                SortedSet<String> targets = new TreeSet<>();
                for (Decision.Target target : dnat.targets()) {
                    String name = target.backend()
                                    .ip()
                                    .equals(cluster.a.ip(row.to.ip().family()))
                            ? "a"
                            : "b";
                    targets.add(name + (target.masquerade() ? " masquerade" : ""));
                }
                yield String.join(" | ", targets);
            }
            case Decision.Reject reject -> "reject";
            case Decision.Drop drop -> "drop";
            case Decision.Pass pass -> row.expected.startsWith("pass ") ? row.expected : "pass";
        };
    }

    // ---- what the kernel does

    private static String seen(Row row, TwoNodes cluster) {
        int targets = row.expected.split(" \\| ", -1).length;
        SortedSet<String> seen = new TreeSet<>();
        for (int i = 0; i < (targets == 1 ? 1 : TRIES) && seen.size() < targets; i++) {
            seen.add(seenOnce(row, cluster));
        }
        return String.join(" | ", seen);
    }

    private static String seenOnce(Row row, TwoNodes cluster) {
        boolean drop = row.expected.equals("drop");
        long start = System.nanoTime();
        return switch (Talk.once(row.from, row.protocol, row.to, drop ? SILENCE : PATIENCE)) {
            case Talk.Answer answer -> {
                String server = row.expected.startsWith("pass ") ? "pass " + answer.server() : answer.server();
                yield server + source(answer.source(), row, cluster);
            }
            case Talk.Refused refused -> System.nanoTime() - start < AT_ONCE ? "reject" : "reject late";
            case Talk.Silence silence -> "drop";
        };
    }

    /** Masqueraded is: the endpoint sees an address of the node that translated. */
    private static String source(Ip source, Row row, TwoNodes cluster) {
        if (source.equals(row.from.ip(source.family()))) {
            return "";
        }
        Place node = translator(row, cluster);
        boolean direct = row.from == node && row.expected.startsWith("pass ");
        for (JsonNode link : Oracle.in(node.netns()).ip("address")) {
            for (JsonNode address : link.get("addr_info")) {
                if (address.get("local").asText().equals(source.toString())) {
                    return direct ? "" : " masquerade"; // a node's own, of the link that leads there
                }
            }
        }
        return " from " + source;
    }

    // ---- what left a node and should not have

    private static void countServiceTraffic(Oracle outside) {
        outside.run(
                "nft",
                "add table inet witness; add chain inet witness pre { type filter hook prerouting priority 0; };"
                        + " add rule inet witness pre ip daddr 10.96.0.0/16 counter;"
                        + " add rule inet witness pre ip6 daddr fd00:96::/112 counter");
    }

    private static long strayed(Oracle outside) {
        long packets = 0;
        for (JsonNode item : outside.nft("list", "table", "inet", "witness").get("nftables")) {
            for (JsonNode expression : item.at("/rule/expr")) {
                packets += expression.at("/counter/packets").asLong();
            }
        }
        return packets;
    }
}
