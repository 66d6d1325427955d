package dev.fairlead.lab.model;

import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAddressTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|[10.96.1.1]|SingleStack",
                "ipFamilyPolicy: PreferDualStack, |[10.96.1.1, fd00:96::101]|PreferDualStack",
                "ipFamilyPolicy: RequireDualStack, |[10.96.1.1, fd00:96::101]|RequireDualStack",
                "'ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4], '|[fd00:96::101, 10.96.1.1]|RequireDualStack",
                "'ipFamilies: [IPv6], '|[fd00:96::101]|SingleStack",
                "'ipFamilies: [IPv6, IPv4], '|[fd00:96::101, 10.96.1.1]|RequireDualStack",
                "'clusterIP: \"fd00:96::7\", '|[fd00:96::7]|SingleStack",
                "'clusterIP: \"fd00:96::7\", ipFamilyPolicy: PreferDualStack, '|[fd00:96::7, 10.96.1.1]|PreferDualStack",
                "'clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, \"fd00:96::7\"], '|[10.96.0.7, fd00:96::7]|RequireDualStack",
                "'clusterIP: None, ipFamilyPolicy: PreferDualStack, '|[]|PreferDualStack"
            })
    void inADualStackLab(String asked, String addresses, String policy) {
        StoreFixture lab = new StoreFixture(StoreFixture.DUAL, 1);
        lab.apply(serviceYaml("web", asked));
        assertThat(lab.service("web").spec().clusterIps()).hasToString(addresses);
        assertThat(lab.service("web").spec().ipFamilyPolicy()).hasToString(policy);
        assertThat(lab.service("web").spec().ipFamilies()).hasSize(policy.startsWith("S") ? 1 : 2);
    }

    @Test
    void preferringDualStackIsContentWithOne() {
        StoreFixture lab = new StoreFixture();
        lab.apply(serviceYaml("web", "ipFamilyPolicy: PreferDualStack, "));
        assertThat(lab.service("web").spec().clusterIps()).hasToString("[10.96.1.1]");
    }

    @Test
    void aSecondFamilyCanComeAndGo() {
        StoreFixture lab = new StoreFixture(StoreFixture.DUAL, 1);
        lab.apply(serviceYaml("web", ""));
        lab.apply(serviceYaml("web", "ipFamilyPolicy: RequireDualStack, "));
        assertThat(lab.service("web").spec().clusterIps()).hasToString("[10.96.1.1, fd00:96::101]");
        lab.apply(serviceYaml("web", ""));
        assertThat(lab.service("web").spec().clusterIps()).hasToString("[10.96.1.1, fd00:96::101]");
        lab.apply(serviceYaml("web", "ipFamilyPolicy: SingleStack, "));
        assertThat(lab.service("web").spec().clusterIps()).hasToString("[10.96.1.1]");
        assertThatThrownBy(() -> lab.apply(serviceYaml("web", "ipFamilies: [IPv6], ")))
                .hasMessage("test-1.yaml: Service default/web: spec.ipFamilies[0]: the first family cannot change from"
                        + " IPv4; delete the Service and create it again");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6], '|spec.ipFamilyPolicy: SingleStack allows one family, but"
                        + " two are asked for; use RequireDualStack or PreferDualStack",
                "'ipFamilies: [IPv6], clusterIP: 10.96.0.9, '|spec.clusterIPs[0]: 10.96.0.9 is not an IPv6 address, but"
                        + " spec.ipFamilies[0] asks for one",
                "'clusterIP: \"fd00:97::1\", '|spec.clusterIP: fd00:97::1 is outside the Service range 10.96.0.0/16 and"
                        + " fd00:96::/108; choose one inside, or leave it out"
            })
    void contradictions(String asked, String problem) {
        StoreFixture lab = new StoreFixture(StoreFixture.DUAL, 1);
        assertThatThrownBy(() -> lab.apply(serviceYaml("web", asked)))
                .hasMessage("test-1.yaml: Service default/web: " + problem);
    }

    @Test
    void headlessStaysHeadlessAndTakesNoAddress() {
        StoreFixture lab = new StoreFixture();
        lab.apply(serviceYaml("web", "clusterIP: None, "));
        lab.apply(serviceYaml("web", "publishNotReadyAddresses: true, "));
        assertThat(lab.service("web").spec().headless()).isTrue();
        assertThat(lab.service("web").spec().clusterIps()).isEmpty();
        assertThat(lab.service("web").spec().publishNotReadyAddresses()).isTrue();
    }

    @Test
    void whatIsAskedForByNumberGoesFirst() {
        StoreFixture lab = new StoreFixture();
        lab.apply(serviceYaml("chance", ""), serviceYaml("fixed", "clusterIP: 10.96.1.1, "));
        assertThat(lab.service("fixed").spec().clusterIps()).hasToString("[10.96.1.1]");
        assertThat(lab.service("chance").spec().clusterIps()).hasToString("[10.96.1.2]");
    }

    @Test
    void aFreedAddressComesLast() {
        StoreFixture lab = new StoreFixture(new ServiceCidrs(List.of(Prefix.of("10.96.0.0/28"))), 1);
        lab.apply(serviceYaml("first", ""));
        Ip freed = lab.service("first").spec().clusterIps().getFirst();
        lab.store.delete(Kind.SERVICE, new ObjectKey("default", "first"));
        Set<Ip> given = new HashSet<>();
        for (int i = 0; i < 13; i++) {
            lab.apply(serviceYaml("s" + i, ""));
            Ip ip = lab.service("s" + i).spec().clusterIps().getFirst();
            assertThat(given.add(ip)).isTrue();
            assertThat(ip.equals(freed)).isEqualTo(i == 12);
        }
        assertThat(given)
                .allMatch(Prefix.of("10.96.0.0/28")::contains)
                .doesNotContain(Ip.of("10.96.0.0"), Ip.of("10.96.0.1"), Ip.of("10.96.0.15"));
        assertThatThrownBy(() -> lab.apply(serviceYaml("more", "")))
                .hasMessage("test-1.yaml: Service default/more: spec.clusterIP: no address is left in the Service range"
                        + " 10.96.0.0/28; delete a Service that is no longer used");
    }

    @Test
    void theLowerPartIsUsedOnlyWhenTheRestIsFull() {
        StoreFixture lab = new StoreFixture(new ServiceCidrs(List.of(Prefix.of("10.96.0.0/26"))), 1);
        for (int i = 0; i < 61; i++) {
            lab.apply(serviceYaml("s" + i, ""));
            boolean lower = lab.service("s" + i).spec().clusterIps().getFirst().compareTo(Ip.of("10.96.0.16")) <= 0;
            assertThat(lower).as("Service " + i).isEqualTo(i >= 46);
        }
    }

    @Test
    void rangesAreOneOrOneOfEachFamily() {
        assertThatThrownBy(() -> new ServiceCidrs(List.of(Prefix.of("10.96.0.0/16"), Prefix.of("10.97.0.0/16"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ServiceCidrs(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
