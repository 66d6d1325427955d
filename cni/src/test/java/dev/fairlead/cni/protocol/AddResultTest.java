package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against golden files that were written from the text of each version of the specification. */
class AddResultTest {

    private static byte[] golden(String name, CniVersion version) {
        String file = "results/" + name + "-" + version + ".json";
        try (InputStream stream = AddResultTest.class.getResourceAsStream(file)) {
            return Objects.requireNonNull(stream, file).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(file, e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "ipam", "nothing"})
    void eachVersionIsWrittenAsItWasRead(String name) {
        for (CniVersion version : CniVersion.SUPPORTED) {
            byte[] text = golden(name, version);
            AddResult result = AddResult.read(text, CniVersion.UNSTATED);
            assertThat(result.cniVersion()).isEqualTo(version);
            assertThat(Json.node(result.bytes())).as(version.toString()).isEqualTo(Json.node(text));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "ipam", "nothing"})
    void theLatestIsConvertedToExactlyTheVersionAskedFor(String name) {
        AddResult latest = AddResult.read(golden(name, CniVersion.LATEST), CniVersion.UNSTATED);
        for (CniVersion version : CniVersion.SUPPORTED) {
            assertThat(Json.node(latest.as(version).bytes()))
                    .as(version.toString())
                    .isEqualTo(Json.node(golden(name, version)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "ipam", "nothing"})
    void everyPairOfOlderVersionsConvertsBothWays(String name) {
        List<CniVersion> older = CniVersion.SUPPORTED.subList(0, 4);
        for (CniVersion from : older) {
            AddResult result = AddResult.read(golden(name, from), CniVersion.UNSTATED);
            for (CniVersion to : older) {
                assertThat(Json.node(result.as(to).bytes()))
                        .as(from + " to " + to)
                        .isEqualTo(Json.node(golden(name, to)));
            }
            assertThat(result.as(CniVersion.LATEST).as(from)).isEqualTo(result);
        }
    }

    @Test
    void whatANewerVersionHasIsLeftOut() {
        AddResult latest = AddResult.read(golden("full", CniVersion.LATEST), CniVersion.UNSTATED);
        assertThat(new String(latest.as(CniVersion.V1_0_0).bytes(), StandardCharsets.UTF_8))
                .doesNotContain("mtu", "socketPath", "pciID", "advmss", "priority", "table", "scope", "version\"");
        assertThat(latest.as(CniVersion.V0_4_0).interfaces()).allMatch(i -> i.mtu() == 0);
    }

    @Test
    void unknownMembersStayWhileTheVersionStays() {
        byte[] text = Json.bytes("""
                {"cniVersion":"1.0.0","x":{"y":[1]},
                 "interfaces":[{"name":"eth0","mtu":1400,"sandbox":"/n","colour":"blue"}],
                 "ips":[{"address":"10.0.0.2/24","interface":0,"lease":7}],
                 "routes":[{"dst":"10.0.0.0/8","mtu":1300,"via":"z"}]}""");
        AddResult result = AddResult.read(text, CniVersion.UNSTATED);
        assertThat(Json.node(result.bytes())).isEqualTo(Json.node(text));
        assertThat(result.interfaces().getFirst().mtu()).as("1.0.0 has no mtu").isZero();
        AddResult latest = result.as(CniVersion.LATEST);
        assertThat(latest.interfaces().getFirst().mtu()).as("1.1.0 has").isEqualTo(1400);
        assertThat(latest.routes().getFirst().mtu()).isEqualTo(1300);
        assertThat(latest.other()).isEmpty();
        assertThat(latest.interfaces().getFirst().other()).isEqualTo(Map.of());
        assertThat(new String(latest.bytes(), StandardCharsets.UTF_8)).doesNotContain("colour", "lease");
    }

    @Test
    void aMissingVersionIsTheOneThatWasAskedFor() {
        assertThat(AddResult.read(Json.object("{}"), CniVersion.V0_3_1).cniVersion())
                .isEqualTo(CniVersion.V0_3_1);
        assertThat(AddResult.read(Json.object("{'cniVersion':''}"), CniVersion.V1_0_0)
                        .cniVersion())
                .isEqualTo(CniVersion.V1_0_0);
    }

    @Test
    void nullAndEmptyAreMissing() {
        AddResult result = AddResult.read(
                Json.object(
                        "{'interfaces':null,'ips':[{'address':'10.0.0.1/8','gateway':'','interface':null}],'dns':{}}"),
                CniVersion.LATEST);
        assertThat(result.interfaces()).isEmpty();
        assertThat(result.ips().getFirst().gateway()).isEmpty();
        assertThat(result.ips().getFirst().interfaceIndex()).isEmpty();
        assertThat(CniJson.bytes(result.json()))
                .isEqualTo(Json.bytes("{'cniVersion':'1.1.0','ips':[{'address':'10.0.0.1/8'}]}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'cniVersion':'0.2.0'}                              | cniVersion should be one of
                    {'cniVersion':3}                                    | cniVersion should be a string, is 3
                    {'interfaces':{}}                                   | interfaces should be a list, is an object
                    {'interfaces':[3]}                                  | interfaces[0] should be an object, is 3
                    {'interfaces':[{'mtu':'1500'}]}                     | interfaces[0].mtu should be a whole number, is the string '1500'
                    {'interfaces':[{'mtu':-1}]}                         | interfaces[0].mtu should be from 0 to 4294967295, is -1
                    {'ips':[{}]}                                        | ips[0].address is missing
                    {'ips':[{'address':'10.0.0.1'}]}                    | ips[0].address should be an address with a prefix length
                    {'ips':[{'address':'10.0.0.1/33'}]}                 | ips[0].address should be
                    {'ips':[{'address':'10.0.0.1/8','gateway':'gw'}]}   | ips[0].gateway should be an IP address, is 'gw'
                    {'ips':[{'address':'10.0.0.1/8','interface':-1}]}   | ips[0].interface should be from 0
                    {'ips':[{'address':'10.0.0.1/8','interface':1.5}]}  | ips[0].interface should be a whole number, is 1.5
                    {'routes':[{'gw':'10.0.0.1'}]}                      | routes[0].dst is missing
                    {'routes':[{'dst':'::/0','scope':256}]}             | routes[0].scope should be from 0 to 255
                    {'dns':[]}                                          | dns should be an object, is a list
                    {'dns':{'nameservers':[1]}}                         | dns.nameservers[0] should be a string, is 1
                    """)
    void aWrongOneNamesItsField(String text, String message) {
        assertThatThrownBy(() -> AddResult.read(Json.object(text), CniVersion.LATEST))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message);
    }
}
