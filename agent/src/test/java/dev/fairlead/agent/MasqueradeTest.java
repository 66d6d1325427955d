package dev.fairlead.agent;

import static dev.fairlead.agent.Chat.ask;
import static dev.fairlead.agent.Chat.askShortly;
import static dev.fairlead.agent.PortNode.NODE4;
import static dev.fairlead.agent.PortNode.NODE6;
import static dev.fairlead.agent.PortNode.OUTSIDE4;
import static dev.fairlead.agent.PortNode.OUTSIDE6;
import static dev.fairlead.agent.PortNode.ports;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As whom somebody outside, who knows no way to pods, sees them; real connections judge. {@link PortNode} has the drawing. */
@RealKernel
class MasqueradeTest {
    @TempDir
    Path directory;

    private static ObjectNode masquerading(boolean on) {
        return PortNode.conf().put("ipMasq", on);
    }

    @Test
    void podsLeaveWithTheNodesAddressAndMeetEachOtherWithTheirOwn(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory).masquerading(true)) {
            Netns a = it.pod();
            Netns b = it.pod();
            it.startAgent();
            it.add("a", a, ports("tcp 8080 80"));
            it.add("b", b, PortNode.conf());
            it.serve("b", b, true, 80);
            for (boolean tcp : new boolean[] {true, false}) {
                it.serve("outside", it.outside, tcp, 7);
                assertThat(ask(a, tcp, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
                assertThat(ask(a, tcp, OUTSIDE6, 7)).isEqualTo("outside " + NODE6);
                assertThat(ask(b, tcp, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
            }
            assertThat(ask(a, true, "10.244.1.3", 80)).as("pod to pod").isEqualTo("b 10.244.1.2");
            assertThat(ask(a, true, "fd00:10:244:1::3", 80)).as("pod to pod").isEqualTo("b fd00:10:244:1::2");
            it.serve("a", a, true, 80);
            assertThat(ask(it.outside, true, NODE4, 8080)).as("a host port").isEqualTo("a " + OUTSIDE4);
            it.serve("node", it.node, true, 9);
            assertThat(ask(b, true, NODE4, 9)).as("the node itself").isEqualTo("node 10.244.1.3");
        }
    }

    @Test
    void aNetworkDecidesForItsPodsAndTheyKeepIt(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory).masquerading(true)) {
            Netns plain = it.pod();
            Netns without = it.pod();
            it.startAgent();
            it.serve("outside", it.outside, true, 7);
            it.add("plain", plain, PortNode.conf());
            JsonNode result = it.add("without", without, masquerading(false));
            assertThat(ask(plain, true, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
            assertThat(askShortly(without, true, OUTSIDE4, 7)).as("no way back").isEqualTo("silent");
            assertThat(askShortly(without, true, OUTSIDE6, 7)).as("no way back").isEqualTo("silent");
            it.stopAgent();
            it.masquerading(false).startAgent();
            Netns with = it.pod();
            it.add("with", with, masquerading(true));
            assertThat(askShortly(plain, true, OUTSIDE4, 7))
                    .as("as the node does now")
                    .isEqualTo("silent");
            assertThat(ask(with, true, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
            assertThat(ask(with, true, OUTSIDE6, 7)).isEqualTo("outside " + NODE6);
            it.stopAgent();
            it.masquerading(true).startAgent();
            assertThat(ask(with, true, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
            assertThat(ask(plain, true, OUTSIDE4, 7)).isEqualTo("outside " + NODE4);
            assertThat(askShortly(without, true, OUTSIDE4, 7)).isEqualTo("silent");
            ObjectNode check = masquerading(false);
            check.set("prevResult", result);
            assertThat(it.call("CHECK", "without", without, check).exitCode()).isZero();
            it.inNode.run("nft", "flush", "set", "inet", "fairlead-nat", "unmasqueraded");
            assertThat(it.refused("CHECK", "without", without, check).toString())
                    .contains("inet fairlead-nat unmasqueraded");
            assertThat(it.refused("ADD", "x", it.pod(), PortNode.conf().put("ipMasq", 7))
                            .path("msg")
                            .asText())
                    .contains("ipMasq");
        }
    }
}
