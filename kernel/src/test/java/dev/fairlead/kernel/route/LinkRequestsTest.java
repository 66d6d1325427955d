package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Request;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What link requests refuse before the kernel sees them, and how places inside them are named. */
class LinkRequestsTest {
    private static final int MESSAGE_HEADER = 16;

    @Test
    void aPlaceInsideThePeerIsNamedByTheWholePath() {
        int odd = 0x12345678;
        Request request = LinkRequests.createVeth(
                List.of(LinkSetting.name("a"), LinkSetting.mtu(1400)),
                List.of(LinkSetting.name("b"), LinkSetting.mtu(odd)));
        ByteBuffer body = ByteBuffer.wrap(request.body()).order(ByteOrder.nativeOrder());
        int at = 0;
        while (body.getInt(at) != odd) {
            at += 4;
        }
        Explain explain = new Explain(Rtnetlink.FAMILY);
        String peersMtu = "IFLA_LINKINFO > IFLA_INFO_DATA > VETH_INFO_PEER > IFLA_MTU";
        // The kernel points at the attribute's own header, four bytes before its value.
        assertThat(explain.attributeAt(request.type(), request.body(), MESSAGE_HEADER + at - 4))
                .contains(peersMtu);
        assertThat(explain.attributeAt(request.type(), request.body(), MESSAGE_HEADER + at))
                .contains(peersMtu);
        assertThat(explain.attributeAt(request.type(), request.body(), MESSAGE_HEADER + 2))
                .contains("the header of RTM_NEWLINK");
        assertThat(explain.attributeAt(request.type(), request.body(), 10_000)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sixteen-bytes-ab", ".", "..", "a/b", "a:b", "a b", "a\tb", "äääääääää"})
    void aNameThatTheKernelWouldntTake(String name) {
        assertThatThrownBy(() -> LinkSetting.name(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void whatCantBeSaidInTheMessageThatMakesALink() {
        assertThatThrownBy(() -> LinkRequests.create(
                        LinkKind.Bridge.plain(), LinkSetting.name("br0"), LinkSetting.alias("uplink")))
                .hasMessage("could not make the link name br0 alias uplink type bridge: the kernel doesn't take"
                        + " 'alias uplink' in the message that makes a link; set it afterwards");
        assertThatThrownBy(() -> LinkRequests.createVeth(
                        List.of(LinkSetting.name("a")), List.of(LinkSetting.addressGeneration(AddressGeneration.NONE))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LinkRequests.create(new LinkKind.Plain(), LinkSetting.name("eth0")))
                .hasMessageContaining("hardware can't be made");
    }

    @Test
    void whatCantBeSaidOfALinkThatIsThere() {
        assertThatThrownBy(() -> LinkRequests.set("eth0", LinkSetting.name("eth1")))
                .hasMessageContaining("say the link by its index");
        assertThatThrownBy(() -> LinkRequests.set(2, LinkSetting.index(3)))
                .hasMessageContaining("keeps the index it was made with");
        assertThatThrownBy(() -> LinkKind.Vxlan.of(1 << 24)).isInstanceOf(IllegalArgumentException.class);
    }
}
