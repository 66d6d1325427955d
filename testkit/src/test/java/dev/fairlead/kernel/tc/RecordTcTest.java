package dev.fairlead.kernel.tc;

import dev.fairlead.kernel.netlink.ToolRecording;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Records what {@code tc} sends, what the kernel answers and what it prints, for the byte tests of the kernel module. Runs
 * only when asked: {@code mvn -pl testkit -am test -Dtest=RecordTcTest -Dtest.jvm.args=-Dfairlead.record=true
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@RealKernel
@EnabledIfSystemProperty(named = "fairlead.record", matches = "true")
class RecordTcTest {
    private static final List<String> COMMANDS = List.of(
            "ip link add v0 type veth peer name e0",
            "ip link add i0 type ifb",
            "ip link set dev v0 up",
            "ip link set dev e0 up",
            "ip link set dev i0 up",
            "tc qdisc add dev i0 root handle f1: tbf rate 10mbit burst 32kb limit 64000",
            "tc qdisc add dev v0 root handle f1: tbf rate 100gbit burst 1mb latency 25ms",
            "tc qdisc add dev e0 root tbf rate 1mbit burst 15k latency 25ms peakrate 2mbit mtu 1540",
            "tc qdisc add dev v0 clsact",
            "tc qdisc add dev e0 ingress",
            "tc filter add dev v0 ingress protocol all prio 1 u32 match u32 0 0 action mirred egress redirect dev i0",
            "ip -o link show",
            "tc qdisc show dev v0",
            "tc qdisc show dev e0",
            "tc qdisc show dev i0",
            "tc filter show dev v0 ingress");

    @Test
    void record(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        ToolRecording.write(node, COMMANDS, "kernel/src/test/resources/dev/fairlead/kernel/tc/recorded.txt");
    }
}
