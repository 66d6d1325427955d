package dev.fairlead.plan.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.244.1.0/24, 10.244.1.1, 10.244.1.254, 10.244.1.1, 253",
        "10.244.1.77/24, 10.244.1.1, 10.244.1.254, 10.244.1.1, 253",
        "10.244.0.0/16, 10.244.0.1, 10.244.255.254, 10.244.0.1, 65533",
        "10.0.0.0/30, 10.0.0.1, 10.0.0.2, 10.0.0.1, 1",
        "10.0.0.0/31, 10.0.0.0, 10.0.0.1, 10.0.0.0, 1",
        "fd00::/126, fd00::1, fd00::3, fd00::1, 2",
        "fd00::/127, fd00::, fd00::1, fd00::, 1",
        "fd00::/64, fd00::1, fd00::ffff:ffff:ffff:ffff, fd00::1, 9223372036854775807",
    })
    void aSubnetLeasesAllButNetworkBroadcastAndGateway(
            String subnet, String start, String end, String gateway, long capacity) {
        Range range = Range.of(Prefix.of(subnet));
        assertThat(range.start()).hasToString(start);
        assertThat(range.end()).hasToString(end);
        assertThat(range.gateway()).hasToString(gateway);
        assertThat(range.capacity()).isEqualTo(capacity);
        assertThat(range).hasToString(Prefix.of(subnet).network().toString());
    }

    @Test
    void aPartOfASubnetPrintsWhatDiffers() {
        Range range = Range.of(Prefix.of("10.1.0.0/16"))
                .from(Ip.of("10.1.4.0"))
                .to(Ip.of("10.1.4.255"))
                .via(Ip.of("10.1.0.254"));
        assertThat(range).hasToString("10.1.0.0/16 from 10.1.4.0 to 10.1.4.255 gateway 10.1.0.254");
        assertThat(range.capacity()).isEqualTo(256);
        assertThat(range.via(Ip.of("10.1.4.9")).capacity()).isEqualTo(255);
    }

    @Test
    void anEndAtTheBroadcastAddressIsMovedInside() {
        Range range = Range.of(Prefix.of("10.1.0.0/24")).from(Ip.of("10.1.0.0")).to(Ip.of("10.1.0.255"));
        assertThat(range).isEqualTo(Range.of(Prefix.of("10.1.0.0/24")));
    }

    @Test
    void contradictionsAreRefused() {
        Range range = Range.of(Prefix.of("10.1.0.0/24"));
        assertThatThrownBy(() -> range.from(Ip.of("10.2.0.1")))
                .isInstanceOf(IpamException.BadRange.class)
                .hasMessage("rangeStart 10.2.0.1 isn't in the subnet 10.1.0.0/24");
        assertThatThrownBy(() -> range.to(Ip.of("fd00::1"))).hasMessageContaining("rangeEnd fd00::1");
        assertThatThrownBy(() -> range.from(Ip.of("10.1.0.9")).to(Ip.of("10.1.0.8")))
                .hasMessageContaining("is empty");
        assertThatThrownBy(() -> range.via(Ip.of("fd00::1"))).hasMessageContaining("gateway fd00::1");
        assertThatThrownBy(() -> Range.of(Prefix.of("10.1.0.7/32")))
                .isInstanceOf(IpamException.BadRange.class)
                .hasMessageContaining("no address to lease beside its gateway 10.1.0.7");
        assertThatThrownBy(() -> Ipam.of(List.of(range, range.from(Ip.of("10.1.0.200")))))
                .isInstanceOf(IpamException.BadRange.class)
                .hasMessageContaining("10.1.0.0/24 and 10.1.0.0/24 from 10.1.0.200 overlap");
        assertThatThrownBy(() -> LeaseRequest.of(IpamTest.pod("a"))
                        .from(List.of(List.of(range, Range.of(Prefix.of("fd00::/64"))))))
                .isInstanceOf(IpamException.BadRange.class)
                .hasMessageContaining("different families");
        assertThatThrownBy(() -> LeaseRequest.of(IpamTest.pod("a")).from(List.of(List.of())))
                .isInstanceOf(IpamException.BadRange.class)
                .hasMessageContaining("empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a/b",
                "a:b",
                "a b",
                "a\tb",
                "a\u2003b",
                "a\nb",
                "a\u0000b",
                "1234567890123456",
                "ÄÄÄÄÄÄÄÄ"
            })
    void interfaceNamesAreTheKernels(String ifName) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Attachment("net", "c1", ifName));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", ".a", "_a", "a b", "a/b", "ä", "a\n"})
    void namesAreCnis(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Attachment(name, "c1", "eth0"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Attachment("net", name, "eth0"));
    }

    @Test
    void aPodsMacFollowsItsAddress() {
        assertThat(PodMac.of(List.of(Ip.of("10.244.1.5")))).hasToString("0a:58:0a:f4:01:05");
        assertThat(PodMac.of(List.of(Ip.of("255.255.255.255")))).hasToString("0a:58:ff:ff:ff:ff");
        assertThat(PodMac.of(List.of(Ip.of("fd00::5"), Ip.of("10.244.1.5")))).hasToString("0a:58:0a:f4:01:05");
        Mac six = PodMac.of(List.of(Ip.of("fd00::5")));
        // printf '\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05' | sha256sum
        assertThat(six).hasToString("0a:96:aa:09:cb:d8");
        assertThat(six.isMulticast()).isFalse();
    }
}
