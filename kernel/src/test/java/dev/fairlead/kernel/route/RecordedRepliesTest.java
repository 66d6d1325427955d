package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel really answered, read by us, prints as the tool printed it. */
class RecordedRepliesTest {
    private final DeviceNames names = Recording.names();

    @Test
    void links() {
        Recording recording = Recording.of("ip -o link show");
        List<String> printed = recording.printed().stream()
                .map(line -> line.replaceFirst(" mode .*", ""))
                .toList();
        assertThat(text(
                        recording.received(Rtm.RTM_NEWLINK),
                        message -> Link.decode(message).text(names)))
                .hasSizeGreaterThan(4)
                .isEqualTo(printed);
    }

    @Test
    void detailsOfLinks() {
        Link bridge = link("br0");
        assertThat(bridge.kind()).isEqualTo(LinkKind.Bridge.plain().withAgeing(Duration.ofSeconds(42)));
        assertThat(bridge.mac()).isEqualTo(Mac.of("0a:58:00:00:00:ff"));
        assertThat(link("lo").kind()).isEqualTo(new LinkKind.Plain());
        assertThat(link("lo").flags().isLoopback()).isTrue();
        assertThat(link("vx7").kind()).isEqualTo(LinkKind.Vxlan.of(7).withLocal(Ip.of("192.0.2.1")));
        Link port = link("v0");
        assertThat(port.kind()).isEqualTo(new LinkKind.Veth());
        assertThat(port.master()).isEqualTo(bridge.index());
        assertThat(port.peer()).isEqualTo(link("e0").index());
        assertThat(port.peerNamespace()).isEqualTo(-1);
        assertThat(port.port().orElseThrow().is(PortFlag.HAIRPIN)).isTrue();
        assertThat(port.port().orElseThrow().is(PortFlag.LEARNING)).isFalse();
        Link end = link("e0");
        assertThat(end.port()).isEmpty();
        assertThat(end.addressGeneration()).isEqualTo(AddressGeneration.NONE);
        assertThat(end.alternativeNames()).containsExactly("a-name-longer-than-fifteen-bytes");
        assertThat(end.stats().receivedBytes()).isNotNegative();
    }

    @Test
    void addresses() {
        Recording recording = Recording.of("ip -o address show");
        List<String> ours = text(recording.received(Rtm.RTM_NEWADDR), message -> {
            Address address = Address.decode(message);
            return address.device() + ": " + names.of(address.device()) + " " + address.text(names) + " "
                    + address.lifetimes();
        });
        List<String> printed = recording.printed().stream()
                .map(line -> line.replaceAll("[ \\\\]+", " "))
                .toList();
        assertThat(ours).hasSizeGreaterThan(4).containsExactlyInAnyOrderElementsOf(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ip -4 route show table all", "ip -6 route show table all"})
    void routes(String command) {
        Recording recording = Recording.of(command);
        List<String> ours = recording.received(Rtm.RTM_NEWROUTE).stream()
                .flatMap(message -> Route.decode(message).text(names).lines())
                .map(String::strip)
                .toList();
        assertThat(ours)
                .hasSizeGreaterThan(4)
                .isEqualTo(recording.printed().stream().map(String::strip).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ip route get 10.244.2.9", "ip route get 192.0.2.1"})
    void lookUps(String command) {
        Recording recording = Recording.of(command);
        Message answer = recording.received(Rtm.RTM_NEWROUTE).getFirst();
        assertThat(Route.decode(answer).text(names).lines().map(String::stripTrailing))
                .containsExactlyElementsOf(recording.printed());
    }

    @Test
    void neighbours() {
        Recording recording = Recording.of("ip neighbour show nud all");
        Stream<String> ours = recording.received(Rtm.RTM_NEWNEIGH).stream()
                .map(message -> Neighbour.decode(message).text(names));
        assertThat(ours).isNotEmpty().containsExactlyElementsOf(recording.printed());
    }

    @Test
    void forwardingEntries() {
        Recording recording = Recording.of("bridge fdb show");
        assertThat(text(
                        recording.received(Rtm.RTM_NEWNEIGH),
                        message -> FdbEntry.decode(message).text(names)))
                .hasSizeGreaterThan(4)
                .isEqualTo(recording.printed());
    }

    private static Link link(String name) {
        return Recording.of("ip -o link show").received(Rtm.RTM_NEWLINK).stream()
                .map(Link::decode)
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> text(List<Message> messages, Function<Message, String> text) {
        return messages.stream().map(text).toList();
    }
}
