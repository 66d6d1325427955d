package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.Json;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetConfTest {

    private static NetConf conf(String members) {
        return NetConf.read(Json.bytes("{'cniVersion':'1.1.0','name':'dbnet','type':'fairlead'" + members + "}"));
    }

    @Test
    void readsTheWellKnownMembersAndKeepsTheOthers() {
        NetConf conf = conf("""
                ,'ipMasq':true,'ipam':{'type':'host-local','subnet':'10.1.0.0/16'},
                'dns':{'nameservers':['10.1.0.1'],'domain':'d','search':['s'],'options':['o']},
                'socket':'/run/x.sock','keyA':['some more',{'x':1.0}],'cni.dev/future':7,'capabilities':{'mac':true}""");
        assertThat(conf.cniVersion()).isEqualTo(CniVersion.V1_1_0);
        assertThat(conf.name()).isEqualTo("dbnet");
        assertThat(conf.type()).isEqualTo("fairlead");
        assertThat(conf.ipMasq()).isTrue();
        assertThat(conf.ipam().orElseThrow().type()).isEqualTo("host-local");
        assertThat(conf.ipam().orElseThrow().isDelegated()).isTrue();
        assertThat(conf.dns()).isEqualTo(new Dns(List.of("10.1.0.1"), "d", List.of("s"), List.of("o")));
        assertThat(conf.text("socket")).isEqualTo("/run/x.sock");
        assertThat(conf.member("keyA")).contains(Json.node("['some more',{'x':1.0}]"));
        assertThat(conf.member("cni.dev/future")).contains(Json.node("7"));
        assertThat(conf.runtimeConfig()).isEqualTo(RuntimeConfig.NONE);
    }

    @Test
    void withoutThemItIsEmpty() {
        NetConf conf = NetConf.read(Json.bytes("{'name':'n'}"));
        assertThat(conf.cniVersion()).isEqualTo(CniVersion.UNSTATED);
        assertThat(conf.type()).isEmpty();
        assertThat(conf.ipMasq()).isFalse();
        assertThat(conf.ipam()).isEmpty();
        assertThat(conf.dns().isEmpty()).isTrue();
        assertThat(conf.prevResult()).isEmpty();
        assertThat(conf.labels()).isEmpty();
        assertThat(conf("").ipam()).isEmpty();
        assertThat(conf(",'ipam':{}").ipam().orElseThrow().isDelegated()).isFalse();
    }

    @Test
    void readsEveryCapability() {
        RuntimeConfig config = conf("""
                ,'runtimeConfig':{
                  'portMappings':[{'hostPort':8080,'containerPort':80,'protocol':'tcp'},
                                  {'hostPort':53,'containerPort':5353,'protocol':'UDP','hostIP':'::1'},
                                  {'hostPort':1,'containerPort':65535,'protocol':'sctp','hostIP':'10.0.0.1'},
                                  {'hostPort':2,'containerPort':3}],
                  'bandwidth':{'ingressRate':2048,'ingressBurst':1600,'egressRate':4096,'egressBurst':9223372036854775807},
                  'ips':['192.168.0.1','10.10.0.1/24','3ffe:ffff:0:1ff::2','3ffe:ffff:0:1ff::1/64'],
                  'mac':'c2:11:22:33:44:55',
                  'ipRanges':[[{'subnet':'10.1.2.0/24','rangeStart':'10.1.2.3','rangeEnd':'10.1.2.99','gateway':'10.1.2.254'}],
                              [{'subnet':'2001:db8::/64'},{'subnet':'2001:db8:1::/64'}]],
                  'dns':{'searches':['internal.yoyodyne.net'],'servers':['8.8.8.8'],'options':['ndots:2']},
                  'aliases':['my-container','primary-db'],
                  'infinibandGUID':'c2:11:22:33:44:55:66:77','deviceID':'0000:04:00.5','cgroupPath':'/kubelet.slice',
                  'future':{'x':1}}""").runtimeConfig();
        assertThat(config.portMappings())
                .containsExactly(
                        new PortMapping(8080, 80, Protocol.TCP, Optional.empty()),
                        new PortMapping(53, 5353, Protocol.UDP, Optional.of(Ip.of("::1"))),
                        new PortMapping(1, 65535, Protocol.SCTP, Optional.of(Ip.of("10.0.0.1"))),
                        new PortMapping(2, 3, Protocol.TCP, Optional.empty()));
        assertThat(config.bandwidth()).contains(new Bandwidth(2048, 1600, 4096, Long.MAX_VALUE));
        assertThat(config.ips())
                .extracting(RequestedIp::toString)
                .containsExactly("192.168.0.1", "10.10.0.1/24", "3ffe:ffff:0:1ff::2", "3ffe:ffff:0:1ff::1/64");
        assertThat(config.mac()).contains(Mac.of("c2:11:22:33:44:55"));
        assertThat(config.ipRanges()).hasSize(2);
        assertThat(config.ipRanges().getFirst())
                .containsExactly(new IpRange(
                        Prefix.of("10.1.2.0/24"),
                        Optional.of(Ip.of("10.1.2.3")),
                        Optional.of(Ip.of("10.1.2.99")),
                        Optional.of(Ip.of("10.1.2.254"))));
        assertThat(config.ipRanges().get(1)).hasSize(2);
        assertThat(config.dns())
                .isEqualTo(new Dns(List.of("8.8.8.8"), "", List.of("internal.yoyodyne.net"), List.of("ndots:2")));
        assertThat(config.aliases()).containsExactly("my-container", "primary-db");
        assertThat(config.infinibandGuid()).isEqualTo("c2:11:22:33:44:55:66:77");
        assertThat(config.deviceId()).isEqualTo("0000:04:00.5");
        assertThat(config.cgroupPath()).isEqualTo("/kubelet.slice");
    }

    @Test
    void aliasesAsPodmanSendsThem() {
        assertThat(conf(",'runtimeConfig':{'aliases':{'dbnet':['a','b'],'other':['c']}}")
                        .runtimeConfig()
                        .aliases())
                .containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    'portMappings':{}                                             | 6 | runtimeConfig.portMappings should be a list
                    'portMappings':[{'containerPort':80}]                         | 7 | runtimeConfig.portMappings[0].hostPort is missing
                    'portMappings':[{'hostPort':0,'containerPort':80}]            | 7 | runtimeConfig.portMappings[0].hostPort should be from 1 to 65535, is 0
                    'portMappings':[{'hostPort':80,'containerPort':65536}]        | 7 | runtimeConfig.portMappings[0].containerPort should be
                    'portMappings':[{'hostPort':'80','containerPort':80}]         | 6 | runtimeConfig.portMappings[0].hostPort should be a whole number, is the string '80'
                    'portMappings':[{'hostPort':1,'containerPort':1,'protocol':'icmp'}] | 7 | runtimeConfig.portMappings[0].protocol should be tcp, udp or sctp, is 'icmp'
                    'portMappings':[{'hostPort':1,'containerPort':1,'hostIP':'here'}]   | 7 | runtimeConfig.portMappings[0].hostIP should be an IP address
                    'bandwidth':{'ingressRate':-1}                                | 7 | runtimeConfig.bandwidth.ingressRate should be from 0
                    'bandwidth':{'egressRate':9223372036854775808}                | 7 | runtimeConfig.bandwidth.egressRate should be from 0
                    'bandwidth':{'egressRate':1}                                  | 7 | runtimeConfig.bandwidth.egressBurst is missing
                    'bandwidth':{'ingressBurst':1}                                | 7 | runtimeConfig.bandwidth.ingressRate is missing
                    'ips':['10.0.0.256']                                          | 7 | runtimeConfig.ips[0] should be an IP address
                    'ips':[10]                                                    | 6 | runtimeConfig.ips[0] should be a string, is 10
                    'mac':'01:00:5e:00:00:01'                                     | 7 | runtimeConfig.mac should not be a group address
                    'mac':'xx'                                                    | 7 | runtimeConfig.mac should be an Ethernet address, is 'xx'
                    'ipRanges':[{}]                                               | 6 | runtimeConfig.ipRanges[0] should be a list
                    'ipRanges':[[{'subnet':'10.0.0.1/24'}]]                       | 7 | runtimeConfig.ipRanges[0][0].subnet should have no host bits
                    'ipRanges':[[{'subnet':'10.0.0.0/24','rangeStart':'10.0.1.0'}]] | 7 | runtimeConfig.ipRanges[0][0].rangeStart should be inside
                    'ipRanges':[[{'subnet':'10.0.0.0/24','rangeStart':'10.0.0.9','rangeEnd':'10.0.0.8'}]] | 7 | runtimeConfig.ipRanges[0][0].rangeEnd should not be before
                    'dns':{'servers':'8.8.8.8'}                                   | 6 | runtimeConfig.dns.servers should be a list
                    'aliases':[1]                                                 | 6 | runtimeConfig.aliases[0] should be a string
                    """)
    void aWrongCapabilityNamesItsField(String capability, int code, String message) {
        assertThatThrownBy(() -> conf(",'runtimeConfig':{" + capability + "}").runtimeConfig())
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    /** Podman's CNI back end asks by CNI_ARGS only, as this does. */
    @Test
    void theRequestedHardwareAddressComesFromTheBestSource() {
        CniArgs args = CniArgs.of("IgnoreUnknown=1;K8S_POD_NAME=p1;MAC=02:00:00:00:00:09");
        assertThat(conf(",'runtimeConfig':{'mac':'02:00:00:00:00:07'},'args':{'cni':{'mac':'02:00:00:00:00:08'}}")
                        .requestedMac(args))
                .hasToString("Optional[02:00:00:00:00:07]");
        assertThat(conf(",'args':{'cni':{'mac':'02:00:00:00:00:08'}}").requestedMac(args))
                .hasToString("Optional[02:00:00:00:00:08]");
        assertThat(conf("").requestedMac(args)).hasToString("Optional[02:00:00:00:00:09]");
        assertThat(conf("").requestedMac(CniArgs.NONE)).isEmpty();
        for (String wrong : List.of("x", "01:00:00:00:00:09")) {
            assertThatThrownBy(() -> conf("").requestedMac(CniArgs.of("MAC=" + wrong)))
                    .isInstanceOfSatisfying(
                            CniException.class, e -> assertThat(e.code()).isEqualTo(4))
                    .hasMessageContaining("MAC should be the Ethernet address of one interface, is '" + wrong + "'");
        }
    }

    /** CONVENTIONS.md: a plugin that understands args must ignore the equivalent of CNI_ARGS. */
    @Test
    void requestedAddressesComeFromTheBestSource() {
        CniArgs args = CniArgs.of("IP=10.0.0.9/24,::9");
        assertThat(conf(",'runtimeConfig':{'ips':['10.0.0.7']},'args':{'cni':{'ips':['10.0.0.8']}}")
                        .requestedIps(args))
                .extracting(RequestedIp::toString)
                .containsExactly("10.0.0.7");
        assertThat(conf(",'args':{'cni':{'ips':['10.0.0.8']}}").requestedIps(args))
                .extracting(RequestedIp::toString)
                .containsExactly("10.0.0.8");
        assertThat(conf("").requestedIps(args))
                .extracting(RequestedIp::toString)
                .containsExactly("10.0.0.9/24", "::9");
        assertThat(conf("").requestedIps(CniArgs.NONE)).isEmpty();
        assertThatThrownBy(() -> conf("").requestedIps(CniArgs.of("IP=x")))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(4))
                .hasMessageContaining("CNI_ARGS");
    }

    @Test
    void labelsOfArgs() {
        assertThat(conf(",'args':{'cni':{'labels':[{'key':'app','value':'myapp'},{'key':'env','value':'prod'}]}}")
                        .labels())
                .isEqualTo(Map.of("app", "myapp", "env", "prod"));
    }

    @Test
    void prevResultIsReadInTheConfigurationsVersion() {
        NetConf conf = NetConf.read(Json.bytes(
                "{'cniVersion':'0.4.0','name':'n','prevResult':{'ips':[{'version':'4','address':'10.0.0.2/24'}]}}"));
        AddResult prevResult = conf.prevResult().orElseThrow();
        assertThat(prevResult.cniVersion()).isEqualTo(CniVersion.V0_4_0);
        assertThat(prevResult.ips().getFirst().address()).isEqualTo(Prefix.of("10.0.0.2/24"));
        assertThat(conf(",'prevResult':{'cniVersion':'0.3.1'}")
                        .prevResult()
                        .orElseThrow()
                        .cniVersion())
                .isEqualTo(CniVersion.V1_1_0);
        assertThat(conf(",'prevResult':null").prevResult()).isEmpty();
        assertThat(conf(",'prevResult':{}").prevResult()).isPresent();
        assertThatThrownBy(() -> conf(",'prevResult':{'ips':[{'address':'x'}]}").prevResult())
                .hasMessageStartingWith("prevResult.ips[0].address should be");
    }

    @Test
    void validAttachmentsUnderEitherName() {
        String list = "[{'containerID':'c1','ifname':'eth0'},{'containerID':'c1','ifname':'net1'}]";
        for (String key : List.of(NetConf.VALID_ATTACHMENTS, NetConf.LEGACY_ATTACHMENTS)) {
            assertThat(conf(",'" + key + "':" + list).validAttachments())
                    .containsExactly(new Attachment("c1", "eth0"), new Attachment("c1", "net1"));
        }
        assertThat(conf(",'cni.dev/valid-attachments':[],'cni.dev/attachments':" + list)
                        .validAttachments())
                .isEmpty();
        assertThat(conf(",'cni.dev/valid-attachments':null").validAttachments()).isEmpty();
        assertThatThrownBy(() -> conf("").validAttachments())
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.code()).isEqualTo(7))
                .hasMessageStartingWith("cni.dev/valid-attachments is missing");
        assertThatThrownBy(() -> conf(",'cni.dev/valid-attachments':[{'containerID':'c1'}]")
                        .validAttachments())
                .hasMessage("cni.dev/valid-attachments[0].ifname is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'cniVersion':'1.1.0'}                     | 7 | name is missing
                    {'cniVersion':'1.1.0','name':''}           | 7 | name is missing
                    {'cniVersion':'1.1.0','name':'../x'}       | 7 | name should start with a letter or digit
                    {'cniVersion':'1.1.0','name':'a b'}        | 7 | name may have only
                    {'cniVersion':'1.1.0','name':7}            | 6 | name should be a string, is 7
                    {'cniVersion':1.1,'name':'n'}              | 6 | cniVersion should be a string, is 1.1
                    {'cniVersion':'one','name':'n'}            | 6 | cniVersion should be a version such as 1.1.0
                    []                                         | 6 | line 1, column 1: should be a JSON object
                    """)
    void wrongDocuments(String text, int code, String message) {
        assertThatThrownBy(() -> NetConf.read(Json.bytes(text)))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }
}
