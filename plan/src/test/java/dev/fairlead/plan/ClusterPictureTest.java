package dev.fairlead.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterPictureTest {
    private static final ServiceName WEB = new ServiceName("default", "web");

    @Test
    void whatChangesNothingGivesTheSamePicture() {
        ClusterPicture picture = full();
        assertThat(picture.with(node())).isSameAs(picture);
        assertThat(picture.with(service())).isSameAs(picture);
        assertThat(picture.with(WEB, slice())).isSameAs(picture);
        assertThat(picture.withServiceCidrs(List.of(Prefix.of("10.96.0.9/16")))).isSameAs(picture);
        assertThat(picture.withoutNode("n9")).isSameAs(picture);
        assertThat(picture.withoutService(new ServiceName("default", "x"))).isSameAs(picture);
        assertThat(picture.withoutSlice(WEB, "x")).isSameAs(picture);
        assertThat(picture.withoutSlice(new ServiceName("default", "x"), "x")).isSameAs(picture);
    }

    @Test
    void takingEverythingAwayLeavesTheEmptyPicture() {
        assertThat(full().withoutNode("n1")
                        .withoutService(WEB)
                        .withoutSlice(WEB, "web-1")
                        .withServiceCidrs(List.of()))
                .isEqualTo(ClusterPicture.EMPTY);
    }

    @Test
    void aSliceMayComeBeforeItsService() {
        ClusterPicture picture = ClusterPicture.EMPTY.with(WEB, slice());
        assertThat(picture.service(WEB)).isEmpty();
        assertThat(picture.slices(WEB)).containsOnlyKeys("web-1");
        assertThat(picture.with(service()).service(WEB)).contains(service());
    }

    @Test
    void nodesKnowTheirAddressOfAFamilyAndWhatTheyHold() {
        Node node = node();
        assertThat(node.address(Family.IPV4)).contains(Ip.of("172.30.0.2"));
        assertThat(node.address(Family.IPV6)).isEmpty();
        assertThat(node.podCidrs()).containsExactly(Prefix.of("10.244.1.0/24"));
        assertThat(node.holds(Ip.of("10.244.1.9"))).isTrue();
        assertThat(node.holds(Ip.of("172.30.0.2"))).isTrue();
        assertThat(node.holds(Ip.of("172.30.0.3"))).isFalse();
    }

    @Test
    void portsAndNamesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ServicePort("", Protocol.TCP, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new EndpointSlice.Port("", Protocol.TCP, 65536));
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceName("default", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new Node("", List.of(), List.of()));
    }

    private static ClusterPicture full() {
        return ClusterPicture.EMPTY
                .with(node())
                .with(service())
                .with(WEB, slice())
                .withServiceCidrs(List.of(Prefix.of("10.96.0.0/16")));
    }

    private static Node node() {
        return new Node("n1", List.of(Ip.of("172.30.0.2"), Ip.of("172.31.0.2")), List.of(Prefix.of("10.244.1.1/24")));
    }

    private static Service service() {
        return Service.named("default", "web")
                .clusterIp(Ip.of("10.96.0.10"))
                .port(new ServicePort("http", Protocol.TCP, 80, "http"))
                .build();
    }

    private static EndpointSlice slice() {
        return new EndpointSlice(
                "web-1",
                List.of(new EndpointSlice.Port("http", Protocol.TCP, 8080)),
                List.of(Endpoint.ready(Ip.of("10.244.1.5"), "n1")));
    }
}
