package dev.fairlead.cli;

import static dev.fairlead.cli.TestLab.stream;
import static dev.fairlead.cli.TestLab.witness;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Traffic of pods, made by {@code curl} and {@code bash} inside them and seen by {@code conntrack} on the nodes.
 *
 * <pre>
 *   node-1 ───────────────────────── node-2
 *   client (http 8080, shell)        far (http 8080, echo 7)
 *   near   (http 8080, echo 7)
 *
 *   Service web: near, far          80 → 8080
 *   Service all: near, far          80 → 8080, 7 → 7 TCP, 7 → 7 UDP
 *   Service self: client            80 → 8080
 *   Service nobody: none            80, 53 UDP
 *   Service bare: no selector       80
 *   Service headless: near, far     no address
 * </pre>
 */
@HostUnchanged
@ParameterizedClass
@ValueSource(strings = {"inside", "process"})
class LabTrafficTest {
    private static final String MANIFEST = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client, labels: {app: client}}
            spec:
              nodeName: node-1
              containers:
              - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
              - {name: shell, image: host, command: [sleep, "1000000"]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: near, labels: {app: web}}
            spec:
              nodeName: node-1
              containers:
              - {name: http, image: fairlead/http, ports: [{name: web, containerPort: 8080}]}
              - {name: echo, image: fairlead/echo, ports: [{containerPort: 7}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: far, labels: {app: web}}
            spec:
              nodeName: node-2
              containers:
              - {name: http, image: fairlead/http, ports: [{name: web, containerPort: 8080}]}
              - {name: echo, image: fairlead/echo, ports: [{containerPort: 7}]}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web},
             spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: all}
            spec:
              selector: {app: web}
              ports:
              - {name: web, port: 80, targetPort: web}
              - {name: echo, port: 7}
              - {name: echo-udp, port: 7, protocol: UDP}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: self},
             spec: {selector: {app: client}, ports: [{port: 80, targetPort: 8080}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: nobody},
             spec: {selector: {app: nobody}, ports: [{name: a, port: 80}, {name: b, port: 53, protocol: UDP}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: bare}, spec: {ports: [{port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: headless},
             spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
            """;

    @SuppressWarnings("NullAway.Init") // by JUnit
    private static TestLab lab;

    /** Where the agents run. */
    @Parameter
    @SuppressWarnings("NullAway.Init") // by JUnit
    private String agents;

    @BeforeParameterizedClassInvocation
    static void start(String agents) {
        lab = TestLab.up(MANIFEST, "--agents=" + agents);
    }

    @AfterParameterizedClassInvocation
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void containersOfAPodMeetOnLocalhost() {
        assertThat(lab.get("client", "http://127.0.0.1:8080/hostname")).isEqualTo("client");
        assertThat(lab.get("client", "http://[::1]:8080/hostname")).isEqualTo("client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"near", "far"})
    void podsReachEachOtherUnderTheirOwnAddresses(String to) {
        String url = "http://" + lab.podIp(to) + ":8080";
        assertThat(lab.get("client", url + "/hostname")).isEqualTo(to);
        assertThat(lab.get("client", url + "/clientip")).startsWith(lab.podIp("client") + ":");
    }

    @Test
    void theBuiltInServerAnswersAsDocumented() {
        String url = "http://" + lab.podIp("near") + ":8080";
        assertThat(lab.get("client", url + "/echo?msg=hi%20there")).isEqualTo("hi there");
        assertThat(lab.in("client", "curl", "-sS", "-m", "3", "-d", "a body", url + "/echo"))
                .isEqualTo("a body");
        assertThat(lab.in("client", "curl", "-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", url + "/nothing"))
                .isEqualTo("404");
    }

    /** Both endpoints answer, the server sees the pod's own address, and the node remembers both tuples. */
    @Test
    void aServiceTakesItsPodsInTurnAndKeepsTheSource() {
        String service = lab.serviceIp("web");
        String client = lab.podIp("client");
        String each = "for i in $(seq 60); do curl -sS -m 3 http://" + service + "/hostname; echo; done";
        assertThat(lab.exec("client", "bash", "-c", each).lines())
                .hasSize(60)
                .containsOnly("near", "far")
                .contains("near", "far");
        Set<String> answered = new TreeSet<>();
        String sources = each.replace("hostname", "clientip");
        for (String line : lab.exec("client", "bash", "-c", sources).lines()) {
            assertThat(line).startsWith(client + ":");
        }
        String flows = witness(lab.node("node-1"), "conntrack", "-L", "-p", "tcp", "--orig-dst", service);
        for (String flow : flows.lines().toList()) {
            assertThat(flow).contains("src=" + client + " dst=" + service + " ");
            String reply = flow.substring(flow.lastIndexOf("src="));
            assertThat(reply).contains(" dst=" + client + " sport=8080 ");
            answered.add(reply.substring("src=".length(), reply.indexOf(' ')));
        }
        assertThat(answered).containsExactlyInAnyOrder(lab.podIp("near"), lab.podIp("far"));
    }

    @Test
    void aServiceHasSeveralPortsAndProtocols() {
        String service = lab.serviceIp("all");
        assertThat(lab.get("client", "http://" + service + "/hostname")).isIn("near", "far");
        assertThat(lab.in("client", "bash", "-c", echo("tcp", service))).isEqualTo("20 came back");
        assertThat(lab.in("client", "bash", "-c", echo("udp", service))).isEqualTo("20 came back");
        // A socket of bash is connected: the kernel gives it only what comes from the Service's own address.
        String flows = witness(lab.node("node-1"), "conntrack", "-L", "-p", "udp", "--orig-dst", service);
        assertThat(flows).contains("src=" + lab.podIp("near") + " dst=", "src=" + lab.podIp("far") + " dst=");
    }

    /** Twenty connections, a line each. The whole line is read at once, or the rest of a datagram would be lost. */
    private static String echo(String protocol, String ip) {
        return "n=0; for i in $(seq 20); do exec 3<>/dev/" + protocol + "/" + ip + "/7 && echo line $i >&3 "
                + "&& [ \"$(timeout 3 dd bs=512 count=1 status=none <&3)\" = \"line $i\" ] && n=$((n + 1)); done; "
                + "echo $n came back";
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "bare"})
    void aServiceWithoutPodsRefusesAtOnce(String name) {
        Ran ran = lab.exec("client", "bash", "-c", refused(lab.serviceIp(name), 80));
        assertThat(ran.out()).as(ran.toString()).isEqualTo("at once\n");
        assertThat(ran.err()).contains("Connection refused");
        assertThat(lab.service(name).path("endpoints")).isEmpty();
    }

    @Test
    void aPortThatAServiceDoesNotHaveIsRefusedAtOnce() {
        Ran ran = lab.exec("client", "bash", "-c", refused(lab.serviceIp("web"), 81));
        assertThat(ran.out()).as(ran.toString()).isEqualTo("at once\n");
        assertThat(ran.err()).contains("Connection refused");
    }

    /** A SYN that is lost is sent again after a second. */
    private static String refused(String ip, int port) {
        return "begin=${EPOCHREALTIME/./}; (exec 3<>/dev/tcp/" + ip + "/" + port + "); "
                + "[ $((${EPOCHREALTIME/./} - begin)) -lt 900000 ] && echo at once";
    }

    /** The second datagram of a connected socket is told of the ICMP message that the first one got. */
    @Test
    void aUdpServiceWithoutPodsRefusesToo() {
        String twice = "exec 3<>/dev/udp/" + lab.serviceIp("nobody") + "/53; echo one >&3; read -t 3 -u 3 answer";
        assertThat(lab.exec("client", "bash", "-c", twice).err()).contains("Connection refused");
    }

    @Test
    void aHeadlessServiceHasEndpointsAndNoAddress() {
        var headless = lab.service("headless");
        assertThat(headless.path("ip").asText()).isEmpty();
        assertThat(stream(headless.path("endpoints"))
                        .map(endpoint -> endpoint.path("ip").asText() + " "
                                + endpoint.path("port").asInt()))
                .containsExactlyInAnyOrder(lab.podIp("near") + " 8080", lab.podIp("far") + " 8080");
        assertThat(witness(lab.node("node-1"), "nft", "list", "ruleset")).doesNotContain("headless");
    }

    @Test
    void aPodReachesItselfThroughItsService() {
        assertThat(lab.get("client", "http://" + lab.serviceIp("self") + "/hostname"))
                .isEqualTo("client");
    }

    @Test
    void aNodeReachesServicesAndPods() {
        for (String node : List.of("node-1", "node-2")) {
            assertThat(witness(
                            lab.node(node), "curl", "-sS", "-m", "3", "http://" + lab.serviceIp("self") + "/hostname"))
                    .isEqualTo("client");
            assertThat(witness(
                            lab.node(node), "curl", "-sS", "-m", "3", "http://" + lab.podIp("far") + ":8080/hostname"))
                    .isEqualTo("far");
        }
    }

    @Test
    void nothingLeadsOutOfTheLab() {
        Ran out = lab.exec("client", "curl", "-sS", "-m", "3", "http://198.51.100.1/");
        assertThat(out.exitCode()).as(out.toString()).isEqualTo(7); // CURLE_COULDNT_CONNECT, not a timeout
    }
}
