package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.plan.services.ServicePlan;
import dev.fairlead.testkit.Golden;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Plans as tables: the golden file, what our own listing says and what {@code nft} lists are one text. The tables are loaded
 * into a namespace with nothing in it.
 */
@RealKernel
class ServiceTableTextTest {
    private static final ServiceName WEB = new ServiceName("default", "web");

    private static Service web(Ip... clusterIps) {
        Service.Builder web = Service.named("default", "web");
        for (Ip ip : clusterIps) {
            web.clusterIp(ip);
        }
        return web.port(new ServicePort("http", Protocol.TCP, 80, "8080")).build();
    }

    private static EndpointSlice slice(String name, String portName, int port, String... endpoints) {
        List<Endpoint> list = new ArrayList<>();
        for (String ip : endpoints) {
            boolean first = ip.startsWith("10.244.1.") || ip.startsWith("fd00:1:");
            list.add(Endpoint.ready(Ip.of(ip), first ? "n1" : "n2"));
        }
        return new EndpointSlice(name, List.of(new EndpointSlice.Port(portName, Protocol.TCP, port)), list);
    }

    private static ClusterPicture oneService() {
        return TwoNodes.picture()
                .with(web(Ip.of("10.96.0.10")))
                .with(WEB, slice("web-4", "http", 8080, "10.244.1.5", "10.244.2.7"));
    }

    private static ClusterPicture dualStack() {
        return TwoNodes.picture()
                .with(web(Ip.of("10.96.0.10"), Ip.of("fd00:96::10")))
                .with(WEB, slice("web-4", "http", 8080, "10.244.1.5", "10.244.2.7"))
                .with(WEB, slice("web-6", "http", 8080, "fd00:1::5"));
    }

    private static ClusterPicture manyEndpoints(int count) {
        List<String> endpoints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            endpoints.add("10.244." + (i % 2 + 1) + "." + (i / 2 + 10));
        }
        return TwoNodes.picture()
                .with(web(Ip.of("10.96.0.10")))
                .with(WEB, slice("web-4", "http", 8080, endpoints.toArray(String[]::new)));
    }

    private static ServiceTable table(Netns node) {
        return ServiceTable.start(node, "n1");
    }

    private static void check(String golden, ServiceTable table, Netns node) {
        String text = table.text();
        assertThat(Oracle.in(node).run("nft", "list", "table", "inet", "fairlead"))
                .as("what nft lists is what we list")
                .isEqualTo(text);
        Golden.check("dataplane", golden, text);
    }

    private static void check(String golden, ClusterPicture picture, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = table(node)) {
            table.apply(ServicePlan.of(picture, "n1"));
            check(golden, table, node);
        }
    }

    @Test
    void nothing(TestNamespaces namespaces) {
        check("nothing.nft", ClusterPicture.EMPTY, namespaces);
    }

    @Test
    void oneService(TestNamespaces namespaces) {
        check("one-service.nft", oneService(), namespaces);
    }

    @Test
    void dualStack(TestNamespaces namespaces) {
        check("dual-stack.nft", dualStack(), namespaces);
    }

    @Test
    void nodePorts(TestNamespaces namespaces) {
        ClusterPicture picture = dualStack()
                .with(Service.named("default", "web")
                        .clusterIp(Ip.of("10.96.0.10"))
                        .clusterIp(Ip.of("fd00:96::10"))
                        .port(new ServicePort("http", Protocol.TCP, 80, "8080", 30080))
                        .port(new ServicePort("nobody", Protocol.UDP, 81, "8081", 30081))
                        .build());
        check("node-ports.nft", picture, namespaces);
    }

    @Test
    void noEndpoints(TestNamespaces namespaces) {
        check("no-endpoints.nft", TwoNodes.picture().with(web(Ip.of("10.96.0.10"), Ip.of("fd00:96::10"))), namespaces);
    }

    @Test
    void manyEndpoints(TestNamespaces namespaces) {
        check("many-endpoints.nft", manyEndpoints(20), namespaces);
    }

    @Test
    void tcpAndUdpOnOnePort(TestNamespaces namespaces) {
        check(
                "tcp-and-udp.nft",
                new Services(TwoNodes.picture(), Family.IPV4)
                        .add("dns", 53, "10.244.1.5@n1 10.244.2.7@n2")
                        .picture(),
                namespaces);
    }

    /** One endpoint more, one less, none, another address of the Service, another port, another name: one table each time. */
    @Test
    void changes(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = table(node)) {
            List<ClusterPicture> steps = List.of(
                    oneService(),
                    oneService().with(WEB, slice("web-4", "http", 8080, "10.244.1.5", "10.244.1.6", "10.244.2.7")),
                    oneService().with(WEB, slice("web-4", "http", 8080, "10.244.2.7")),
                    oneService().with(WEB, slice("web-4", "http", 8080)),
                    oneService(),
                    oneService().with(web(Ip.of("10.96.0.20"))),
                    oneService()
                            .with(Service.named("default", "web")
                                    .clusterIp(Ip.of("10.96.0.20"))
                                    .port(new ServicePort("http", Protocol.TCP, 81, "8080"))
                                    .build()),
                    oneService()
                            .with(Service.named("default", "web")
                                    .clusterIp(Ip.of("10.96.0.20"))
                                    .port(new ServicePort("plain", Protocol.TCP, 81, "8080"))
                                    .build())
                            .with(WEB, slice("web-4", "plain", 8080, "10.244.1.5")),
                    oneService().withServiceCidrs(List.of(dev.fairlead.packet.Prefix.of("10.97.0.0/20"))),
                    dualStack(),
                    manyEndpoints(20),
                    TwoNodes.picture().withoutNode("n2"),
                    oneService());
            StringBuilder changes = new StringBuilder();
            ServicePlan before = ServicePlan.empty("n1");
            for (ClusterPicture step : steps) {
                ServicePlan plan = table.applied().next(step);
                changes.append(ServicePlan.diff(before, plan).text()).append('\n');
                table.apply(plan);
                before = plan;
                assertThat(Oracle.in(node).run("nft", "list", "table", "inet", "fairlead"))
                        .as("what nft lists is what we list")
                        .isEqualTo(table.text())
                        .as("and what a table made anew holds")
                        .isEqualTo(anew(plan, namespaces.create()));
            }
            Golden.check("dataplane", "changes.txt", changes.toString());
            Golden.check("dataplane", "one-service.nft", table.text());
        }
    }

    private static String anew(ServicePlan plan, Netns other) {
        try (ServiceTable table = table(other)) {
            table.apply(plan);
            return table.text();
        }
    }
}
