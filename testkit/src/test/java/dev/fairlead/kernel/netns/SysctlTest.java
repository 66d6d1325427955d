package dev.fairlead.kernel.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.packet.Family;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Switches of a namespace, judged by {@code sysctl}, which reads them from inside. */
@RealKernel
class SysctlTest {

    @Test
    void aSwitchIsSetInItsNamespaceAndInNoOther(TestNamespaces namespaces) {
        Netns one = namespaces.create();
        Netns two = namespaces.create();
        String before = Sysctl.in(two).read(Sysctl.IPV4_FORWARD);
        int other = before.equals("0") ? 1 : 0;
        Sysctl.in(one).write(Sysctl.IPV4_FORWARD, other);
        assertThat(Sysctl.in(one).read(Sysctl.IPV4_FORWARD)).isEqualTo(Integer.toString(other));
        assertThat(Sysctl.in(two).read(Sysctl.IPV4_FORWARD)).isEqualTo(before);
        assertThat(Oracle.in(one).run("sysctl", "-n", "net.ipv4.ip_forward").strip())
                .isEqualTo(Integer.toString(other));
        assertThat(Oracle.in(two).run("sysctl", "-n", "net.ipv4.ip_forward").strip())
                .isEqualTo(before);
    }

    @Test
    void severalAreSetInOrder(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put(Sysctl.IPV6_FORWARD, "1");
        wanted.put(Sysctl.IPV6_ADDRESS_GENERATION, "1");
        wanted.put(Sysctl.ofLink(Family.IPV6, "lo", "accept_dad"), "0");
        wanted.put(Sysctl.ofLink(Family.IPV4, "lo", "rp_filter"), "2");
        wanted.put(Sysctl.ofLink(Family.IPV4, "lo", "route_localnet"), "1");
        wanted.put(Sysctl.PING_GROUPS, "0\t0");
        Sysctl.in(node).writeAll(wanted);
        wanted.forEach(
                (name, value) -> assertThat(Sysctl.in(node).read(name)).as(name).isEqualTo(value));
    }

    @Test
    void refusalsSayWhatWasWanted(TestNamespaces namespaces) {
        Sysctl node = Sysctl.in(namespaces.create());
        assertThat(node.find("net/ipv4/no_such_switch")).isEmpty();
        assertThatThrownBy(() -> node.read("net/ipv4/no_such_switch"))
                .isInstanceOfSatisfying(
                        SyscallException.class, e -> assertThat(e.isNotFound()).isTrue())
                .hasMessageContaining("net/ipv4/no_such_switch");
        assertThatThrownBy(() -> node.write(Sysctl.IPV4_FORWARD, "perhaps"))
                .isInstanceOfSatisfying(
                        SyscallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining("set the switch net/ipv4/ip_forward to perhaps");
        assertThatThrownBy(() -> node.read("../etc/passwd")).isInstanceOf(IllegalArgumentException.class);
    }
}
