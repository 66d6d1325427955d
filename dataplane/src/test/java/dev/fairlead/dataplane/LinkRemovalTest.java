package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Links are gone when they are said to be; {@code ip} judges.
 *
 * <pre>
 *   node: veth ───── eth0 :pod
 * </pre>
 */
@RealKernel
class LinkRemovalTest {

    private static void createVeth(Rtnetlink inNode, Netns pod) {
        inNode.links()
                .createVeth(
                        List.of(LinkSetting.name("veth"), LinkSetting.up()),
                        List.of(LinkSetting.name("eth0"), LinkSetting.namespace(pod)));
    }

    @Test
    void bothEndsAreGoneWhenItReturns(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink inNode = Rtnetlink.open(node);
                LinkRemoval removal = new LinkRemoval(node, inNode.links())) {
            for (int i = 0; i < 10; i++) {
                createVeth(inNode, pod);
                removal.remove(inNode.links().require("veth"));
                assertThat(Oracle.in(node).ip("link", "show"))
                        .as("links of the node")
                        .hasSize(1);
                assertThat(Oracle.in(pod).ip("link", "show"))
                        .as("links of the pod")
                        .hasSize(1);
            }
        }
    }

    @Test
    void theNextLinkOfTheNameIsLeftAlone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink inNode = Rtnetlink.open(node)) {
            for (int i = 0; i < 20; i++) {
                try (LinkRemoval removal = new LinkRemoval(node, inNode.links())) {
                    createVeth(inNode, pod);
                    removal.remove(inNode.links().require("veth"));
                    createVeth(inNode, pod);
                } // the kernel has answered by now
                assertThat(inNode.links().find("veth"))
                        .as("the link made while the old one was cleared up")
                        .isPresent();
                inNode.links().delete("veth");
            }
        }
    }

    @Test
    void whatIsRefusedIsSaid(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink inNode = Rtnetlink.open(node);
                LinkRemoval removal = new LinkRemoval(node, inNode.links())) {
            assertThatThrownBy(() -> removal.remove(inNode.links().require("lo")))
                    .isInstanceOf(NetlinkException.class);
            assertThat(inNode.links().find("lo")).isPresent();
        }
    }
}
