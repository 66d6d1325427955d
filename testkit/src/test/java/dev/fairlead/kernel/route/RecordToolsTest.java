package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.ToolRecording;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Records what {@code ip} and {@code bridge} send, what the kernel answers and what they print, for the byte tests of the
 * kernel module. Runs only when asked: {@code mvn -pl testkit -am test -Dtest=RecordToolsTest
 * -Dtest.jvm.args=-Dfairlead.record=true -Dsurefire.failIfNoSpecifiedTests=false}.
 */
@RealKernel
@EnabledIfSystemProperty(named = "fairlead.record", matches = "true")
class RecordToolsTest {
    private static final List<String> COMMANDS = List.of(
            "ip link add br0 address 0a:58:00:00:00:ff type bridge ageing_time 4200 mcast_snooping 0",
            "ip link add v0 mtu 1400 address 0a:58:00:00:00:01 type veth peer name e0 mtu 1300 address 0a:58:00:00:00:02",
            "ip link add vx7 type vxlan id 7 local 192.0.2.1 dstport 4789 nolearning",
            "ip link set dev v0 master br0",
            "bridge link set dev v0 hairpin on isolated on learning off",
            "ip link set dev e0 addrgenmode none",
            "ip link set dev lo up",
            "ip link set dev br0 up",
            "ip link set dev v0 up",
            "ip link set dev e0 up",
            "ip link property add dev e0 altname a-name-longer-than-fifteen-bytes",
            "ip address add 192.0.2.1/24 dev br0",
            "ip address add fd00:2::1/64 dev br0 nodad",
            "ip address add 10.1.2.3 peer 10.9.9.9/32 dev e0",
            "ip address add 198.51.100.1/24 broadcast 198.51.100.255 label e0:x dev e0 noprefixroute",
            "ip route add 10.244.2.0/24 via 192.0.2.2 dev br0 proto 250 mtu 1450",
            "ip route add 10.244.3.3/32 via 203.0.113.9 dev br0 onlink proto 250 metric 77 src 192.0.2.1",
            "ip route add unreachable 10.96.0.0/12 proto 250 table 1000",
            "ip route add 10.245.0.0/16 proto 250 nexthop via 192.0.2.3 dev br0 weight 1 nexthop dev e0 weight 5",
            "ip -6 route add default via fd00:2::2 dev br0 proto 250",
            "ip route add 10.246.0.0/16 via inet6 fd00:2::2 dev br0 proto 250",
            "ip neighbour add 192.0.2.7 lladdr 0a:58:00:00:00:09 dev br0 nud permanent",
            "bridge fdb append 00:00:00:00:00:00 dev vx7 dst 192.0.2.3",
            "bridge fdb add 0a:58:00:00:00:09 dev v0 master static",
            "ip -o link show",
            "ip -o address show",
            "ip -4 route show table all",
            "ip -6 route show table all",
            "ip neighbour show nud all",
            "bridge fdb show",
            "ip route get 10.244.2.9",
            "ip route get 192.0.2.1");

    @Test
    void record(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        ToolRecording.write(node, COMMANDS, "kernel/src/test/resources/dev/fairlead/kernel/route/recorded.txt");
    }
}
