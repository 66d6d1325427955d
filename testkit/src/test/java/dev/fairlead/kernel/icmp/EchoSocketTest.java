package dev.fairlead.kernel.icmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Echo requests between two namespaces, by ping sockets and by raw ones; the server's own counters say what came.
 *
 * <pre>
 *   client                            server, which forwards
 *   eth0 10.1.0.2    ═════ veth ═════ eth0 10.1.0.1       small0, MTU 1300, leads nowhere
 *        fd01::2                           fd01::1        10.2.0.1/24, fd02::1/64
 * </pre>
 */
@RealKernel
class EchoSocketTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] PAYLOAD = new byte[56];
    private Netns client;
    private Netns server;

    @BeforeEach
    void cable(TestNamespaces namespaces) {
        client = namespaces.create();
        server = namespaces.create();
        // Addresses can be used at once.
        Sysctl.in(client).write("net/ipv6/conf/default/accept_dad", 0);
        Sysctl.in(server).write("net/ipv6/conf/default/accept_dad", 0);
        sh(server, "ip link add eth0 type veth peer name eth0 netns " + path(client));
        sh(client, """
                ip link set lo up; ip link set eth0 up
                ip addr add 10.1.0.2/24 dev eth0; ip addr add fd01::2/64 dev eth0
                ip route add default via 10.1.0.1; ip route add default via fd01::1
                """);
        sh(server, """
                ip link set lo up; ip link set eth0 up
                ip addr add 10.1.0.1/24 dev eth0; ip addr add fd01::1/64 dev eth0
                ip link add small0 mtu 1300 type veth peer name end0; ip link set small0 up; ip link set end0 up
                ip addr add 10.2.0.1/24 dev small0; ip addr add fd02::1/64 dev small0
                echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
                """);
    }

    private static void sh(Netns where, String script) {
        String unused = Oracle.in(where).run("sh", "-e", "-c", script);
    }

    private static String path(Netns namespace) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/"
                + namespace.fd().number();
    }

    private static Ip ip(Family family, String ipv4, String ipv6) {
        return Ip.of(family == Family.IPV4 ? ipv4 : ipv6);
    }

    private EchoSocket open(Family family, String ipv4, String ipv6, boolean whole) {
        return EchoSocket.open(client, ip(family, "10.1.0.2", "fd01::2"), ip(family, ipv4, ipv6), whole);
    }

    /** How many echo requests the server's kernel has taken. */
    private long requests(Family family) {
        String counted = family == Family.IPV4 ? "IcmpInEchos" : "Icmp6InEchos";
        String line = Oracle.in(server).lines("nstat", "-asz", counted).stream()
                .filter(one -> one.startsWith(counted))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.split(" +", -1)[1]);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aPingSocketWhereTheNamespaceAllowsItAndARawOneElsewhere(Family family) {
        long before = requests(family);
        try (EchoSocket raw = open(family, "10.1.0.1", "fd01::1", false)) {
            assertThat(raw.isRaw()).as("a new namespace allows nobody").isTrue();
            Sysctl.in(client).write(Sysctl.PING_GROUPS, "0 0");
            try (EchoSocket ping = open(family, "10.1.0.1", "fd01::1", false)) {
                assertThat(ping.isRaw()).isFalse();
                for (EchoSocket socket : new EchoSocket[] {ping, raw, ping, raw}) {
                    assertThat(socket.id()).isBetween(1, 65535);
                    socket.send(65535, PAYLOAD);
                    assertThat(socket.await(65535, PATIENCE)).isTrue();
                }
                assertThat(requests(family)).isEqualTo(before + 4);
            }
        }
    }

    /** Of somebody else's, of another request, or none. */
    @ParameterizedTest
    @EnumSource(Family.class)
    void onlyTheReplyToTheRequestCounts(Family family) {
        try (EchoSocket one = open(family, "10.1.0.1", "fd01::1", false);
                EchoSocket other = open(family, "10.1.0.1", "fd01::1", false)) {
            other.send(1, PAYLOAD);
            assertThat(other.await(1, PATIENCE)).isTrue();
            assertThat(one.await(1, Duration.ofMillis(100))).isFalse();
            one.send(1, PAYLOAD);
            assertThat(one.await(2, Duration.ofMillis(100))).isFalse();
        }
    }

    @Test
    void toItself() {
        for (Family family : Family.values()) {
            try (EchoSocket socket = open(family, "10.1.0.2", "fd01::2", false)) {
                socket.send(1, PAYLOAD);
                assertThat(socket.await(1, PATIENCE)).isTrue();
            }
        }
    }

    // ---- errors

    private void assertRefused(Errno errno, ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        SyscallException.class,
                        refused -> assertThat(refused.errno()).isEqualTo(errno));
    }

    /** Both kinds of socket are told. */
    @ParameterizedTest
    @EnumSource(Family.class)
    void errorsThatComeInPlaceOfAReply(Family family) {
        for (String groups : new String[] {"1 0", "0 0"}) {
            Sysctl.in(client).write(Sysctl.PING_GROUPS, groups);
            sh(
                    server,
                    "nft add table inet t; nft add chain inet t in '{ type filter hook prerouting priority 0; }';"
                            + " nft add rule inet t in meta l4proto { icmp, ipv6-icmp } meta length 111 reject");
            try (EchoSocket refused = open(family, "10.1.0.1", "fd01::1", false);
                    EchoSocket narrow = open(family, "10.2.0.9", "fd02::9", true);
                    EchoSocket away = open(family, "10.2.0.8", "fd02::8", false)) {
                int headers = family == Family.IPV4 ? 28 : 48;
                refused.send(1, new byte[111 - headers]);
                assertRefused(Errno.ECONNREFUSED, () -> refused.await(1, PATIENCE));
                sh(server, "nft delete table inet t");
                away.send(1, PAYLOAD);
                assertRefused(Errno.EHOSTUNREACH, () -> away.await(1, PATIENCE)); // after three seconds of asking
                narrow.send(1, new byte[1400]);
                assertRefused(Errno.EMSGSIZE, () -> narrow.await(1, PATIENCE));
                assertRefused(Errno.EMSGSIZE, () -> narrow.send(2, new byte[1400]));
                assertRefused(Errno.EMSGSIZE, () -> narrow.send(3, new byte[1600]));
            }
            sh(client, "ip route flush cache; ip -6 route flush cache");
            sh(server, "ip neigh flush dev small0");
        }
    }

    @Test
    void whatCannotBe() {
        assertThatThrownBy(() -> EchoSocket.open(client, Ip.of("10.9.9.9"), Ip.of("10.1.0.1"), false))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("EADDRNOTAVAIL");
        sh(client, "ip route del default");
        try (EchoSocket socket = open(Family.IPV4, "192.0.2.1", "", false)) {
            assertRefused(Errno.ENETUNREACH, () -> socket.send(1, PAYLOAD));
        }
    }
}
