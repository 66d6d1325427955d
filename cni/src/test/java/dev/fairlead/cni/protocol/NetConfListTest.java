package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetConfListTest {

    private static NetConfList list(String members) {
        return NetConfList.read(Json.bytes("{'name':'dbnet'," + members + ",'plugins':[{'type':'bridge'}]}"));
    }

    /** The example of SPEC.md section 1. */
    @Test
    void readsTheExampleOfTheSpecification() {
        NetConfList list = NetConfList.read(Json.bytes("""
                {"cniVersion":"1.1.0","cniVersions":["0.3.1","0.4.0","1.0.0","1.1.0"],"name":"dbnet","plugins":[
                 {"type":"bridge","bridge":"cni0","keyA":["some more","plugin specific","configuration"],
                  "ipam":{"type":"host-local","subnet":"10.1.0.0/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},
                  "dns":{"nameservers":["10.1.0.1"]}},
                 {"type":"tuning","capabilities":{"mac":true},"sysctl":{"net.core.somaxconn":"500"}},
                 {"type":"portmap","capabilities":{"portMappings":true,"other":false}}]}"""));
        assertThat(list.name()).isEqualTo("dbnet");
        assertThat(list.cniVersion()).isEqualTo(CniVersion.V1_1_0);
        assertThat(list.plugins()).extracting(PluginConf::type).containsExactly("bridge", "tuning", "portmap");
        assertThat(list.plugins().get(2).capabilities()).containsExactly("portMappings");
        assertThat(list.disableCheck() || list.disableGc() || list.loadOnlyInlinedPlugins())
                .isFalse();
        assertThat(list.plugins().getFirst().json().path("keyA"))
                .isEqualTo(Json.node("['some more','plugin specific','configuration']"));
    }

    @Test
    void theHighestVersionThatBothKnowIsUsed() {
        assertThat(list("'cniVersion':'0.4.0'").cniVersion()).isEqualTo(CniVersion.V0_4_0);
        assertThat(list("'cniVersion':'0.4.0','cniVersions':['0.3.1','1.0.0']").cniVersion())
                .isEqualTo(CniVersion.V1_0_0);
        assertThat(list("'cniVersion':'2.0.0','cniVersions':['1.0.0','1.10.0','0.4.0']")
                        .cniVersion())
                .isEqualTo(CniVersion.V1_0_0);
        assertThat(list("'cniVersions':['0.3.0']").cniVersion()).isEqualTo(CniVersion.V0_3_0);
        assertThat(list("'cniVersion':'1.1.0','cniVersions':['1.0.0','0.3.1','9.0.0']")
                        .cniVersions())
                .isEqualTo(List.of(CniVersion.V0_3_1, CniVersion.V1_0_0, CniVersion.V1_1_0));
    }

    /** libcni: booleans may be strings. */
    @Test
    void flagsMayBeText() {
        for (String yes : List.of("true", "'true'", "'True'", "'TRUE'")) {
            NetConfList list = list("'cniVersion':'1.1.0','disableCheck':" + yes + ",'disableGC':" + yes
                    + ",'loadOnlyInlinedPlugins':" + yes);
            assertThat(list.disableCheck() && list.disableGc() && list.loadOnlyInlinedPlugins())
                    .as(yes)
                    .isTrue();
        }
        for (String no : List.of("false", "'false'", "'False'")) {
            assertThat(list("'cniVersion':'1.1.0','disableGC':" + no).disableGc())
                    .as(no)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'cniVersion':'1.1.0','plugins':[{'type':'a'}]}                     | name is missing
                    {'cniVersion':'1.1.0','name':'a/../b','plugins':[{'type':'a'}]}     | name may have only
                    {'cniVersion':'1.1.0','name':'n','plugins':[]}                      | plugins is an empty list
                    {'cniVersion':'1.1.0','name':'n','plugins':{}}                      | plugins should be a list, is an object
                    {'cniVersion':'1.1.0','name':'n','plugins':null}                    | plugins should be a list, is null
                    {'cniVersion':'1.1.0','name':'n','plugins':['bridge']}              | plugins[0] should be an object, is the string 'bridge'
                    {'cniVersion':'1.1.0','name':'n','plugins':[{'type':'a'},{}]}       | plugins[1].type is missing
                    {'cniVersion':'1.1.0','name':'n','plugins':[{'type':'/bin/sh'}]}    | plugins[0].type should be a plain file name
                    {'cniVersion':'1.1.0','name':'n','plugins':[{'type':'a','capabilities':{'x':1}}]} | plugins[0].capabilities.x should be true or false, is 1
                    {'cniVersion':'1.1.0','name':'n','loadOnlyInlinedPlugins':true}     | plugins is missing, although loadOnlyInlinedPlugins is true
                    {'cniVersion':'1.1.0','name':'n','disableGC':'yes','plugins':[{'type':'a'}]} | disableGC should be true or false, is the string 'yes'
                    {'cniVersion':'1.1.0','name':'n','disableCheck':1,'plugins':[{'type':'a'}]}  | disableCheck should be true or false, is 1
                    {'name':'n','plugins':[{'type':'a'}]}                               | cniVersion should be one of [0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0], is missing
                    {'cniVersion':'2.0.0','name':'n','plugins':[{'type':'a'}]}          | cniVersion should be one of [0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0], and only [2.0.0] is offered
                    {'cniVersion':'x','name':'n','plugins':[{'type':'a'}]}              | cniVersion should be a version
                    {'cniVersions':['1.0.0','x'],'name':'n','plugins':[{'type':'a'}]}   | cniVersions[1] should be a version
                    {'cniVersions':'1.0.0','name':'n','plugins':[{'type':'a'}]}         | cniVersions should be a list
                    """)
    void aWrongOneNamesItsField(String text, String message) {
        assertThatThrownBy(() -> NetConfList.read(Json.bytes(text)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aSinglePluginBecomesAList() {
        NetConfList list = NetConfList.readSingle(
                Json.bytes("{'cniVersion':'0.3.1','name':'mynet','type':'ptp','ipMasq':true,'x':[1]}"));
        assertThat(list.name()).isEqualTo("mynet");
        assertThat(list.cniVersion()).isEqualTo(CniVersion.V0_3_1);
        assertThat(list.plugins().getFirst().json().path("x")).isEqualTo(Json.node("[1]"));
        assertThat(Json.node(list.text().getBytes(StandardCharsets.UTF_8)).path("plugins"))
                .isEqualTo(Json.node("[{'cniVersion':'0.3.1','name':'mynet','type':'ptp','ipMasq':true,'x':[1]}]"));
        assertThatThrownBy(() -> NetConfList.readSingle(
                        Json.bytes("{'cniVersion':'0.3.1','name':'n','plugins':[{'type':'a'}]}")))
                .hasMessageContaining(".conflist");
        assertThatThrownBy(() -> NetConfList.readSingle(Json.bytes("{'cniVersion':'0.3.1','name':'n'}")))
                .hasMessage("type is missing");
    }
}
