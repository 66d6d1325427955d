package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the explain mode prints, and that a refusal names the attribute which the kernel's offset points at. */
@RealKernel
class ExplainTest {
    private final StringBuilder explained = new StringBuilder();

    @BeforeEach
    void listen() {
        NetlinkSocket.explainTo(explained::append);
    }

    @AfterEach
    void silence() {
        NetlinkSocket.explainNothing();
    }

    @Test
    void aCreation(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node)) {
            net.links()
                    .createVeth(
                            List.of(LinkSetting.name("veth0"), LinkSetting.mtu(1400), LinkSetting.up()),
                            List.of(LinkSetting.name("eth0"), LinkSetting.namespace(pod)));
        }
        String descriptor = "IFLA_NET_NS_FD " + pod.fd().number();
        assertThat(explained.toString().replace(descriptor, "IFLA_NET_NS_FD 42"))
                .isEqualTo("""
                → RTM_NEWLINK  flags REQUEST|ACK|EXCL|CREATE  seq 1  112 bytes
                    family 0 index 0 flags 0x1 change 0x1
                    IFLA_IFNAME "veth0"
                    IFLA_MTU 1400
                    IFLA_LINKINFO
                        IFLA_INFO_KIND "veth"
                        IFLA_INFO_DATA
                            VETH_INFO_PEER header 00000000000000000000000000000000
                                IFLA_IFNAME "eth0"
                                IFLA_NET_NS_FD 42
                ← ACK  seq 1
                """);
    }

    @Test
    void aRefusal(TestNamespaces namespaces) {
        try (Rtnetlink net = Rtnetlink.open(namespaces.create())) {
            assertThatThrownBy(() -> net.addresses()
                            .add(Address.of(1, Prefix.of("10.0.0.1/24")).withLabel("longer-than-15-bytes")))
                    .hasMessage(
                            "could not add the address 10.0.0.1/24 to the link with index 1: the kernel refused with"
                                    + " ERANGE (Numerical result out of range): Attribute failed policy validation"
                                    + " (at IFA_LABEL)");
        }
        assertThat(explained).asString().isEqualTo("""
                → RTM_NEWADDR  flags REQUEST|ACK|EXCL|CREATE  seq 1  68 bytes
                    family 2 length 24 flags 0x0 scope global index 1
                    IFA_LOCAL 10.0.0.1
                    IFA_ADDRESS 10.0.0.1
                    IFA_LABEL "longer-than-15-bytes"
                ← ERROR ERANGE (Numerical result out of range)  seq 1
                  refused: ERANGE (Numerical result out of range) Attribute failed policy validation at IFA_LABEL
                """);
    }

    @Test
    void aRefusalWithoutAnAttributeSaysWhatTheKernelSaid(TestNamespaces namespaces) {
        try (Rtnetlink net = Rtnetlink.open(namespaces.create())) {
            assertThatThrownBy(() -> net.links().set("lo", LinkSetting.mtu(-1)))
                    .hasMessageContaining("could not set the link lo mtu -1: the kernel refused with EINVAL")
                    .hasMessageContaining("mtu less than device minimum");
            assertThatThrownBy(() -> net.links().set("nosuch", LinkSetting.up()))
                    .hasMessage("could not set the link nosuch up: the kernel refused with ENODEV (No such device)");
        }
    }
}
