package dev.fairlead.plan.services;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster of the tests, dual stack, and short ways to write its objects. Plans are made for n1.
 *
 * <pre>
 *   n1 172.30.0.2 fd00::2                n2 172.30.0.3 fd00::3
 *   pods 10.244.1.0/24 fd00:1::/64       pods 10.244.2.0/24 fd00:2::/64
 *   web:      10.244.1.5 ready           10.244.2.7 ready           node port 30080
 *   dns:      10.244.1.9 ready           10.244.2.9 ready           node port 30053
 *   nobody:   no endpoints                                          node port 30077
 *   leaving:  10.244.1.20 terminating    10.244.2.20 terminating, 10.244.2.21 not ready
 * </pre>
 */
final class Cluster {
    static final ServiceName WEB = new ServiceName("default", "web");
    static final ServiceName DNS = new ServiceName("kube-system", "dns");
    static final ServiceName LEAVING = new ServiceName("default", "leaving");

    private Cluster() {}

    static ClusterPicture picture() {
        return nodes().with(Service.named("default", "web")
                        .clusterIp(Ip.of("10.96.0.10"))
                        .clusterIp(Ip.of("fd00:96::10"))
                        .port(new ServicePort("http", Protocol.TCP, 80, "8080", 30080))
                        .port(new ServicePort("metrics", Protocol.TCP, 9100, "metrics"))
                        .build())
                .with(
                        WEB,
                        slice(
                                "web-4",
                                "http/tcp/8080 metrics/tcp/9100",
                                ready("10.244.1.5", "n1"),
                                ready("10.244.2.7", "n2")))
                .with(WEB, slice("web-6", "http/tcp/8080", ready("fd00:1::5", "n1"), ready("fd00:2::7", "n2")))
                .with(Service.named("kube-system", "dns")
                        .clusterIp(Ip.of("10.96.0.53"))
                        .port(new ServicePort("dns", Protocol.UDP, 53).onNodes(30053))
                        .port(new ServicePort("dns-tcp", Protocol.TCP, 53))
                        .port(new ServicePort("dns-sctp", Protocol.SCTP, 53))
                        .build())
                .with(DNS, dnsSlice(ready("10.244.1.9", "n1"), ready("10.244.2.9", "n2")))
                .with(Service.named("default", "nobody")
                        .clusterIp(Ip.of("10.96.0.77"))
                        .port(new ServicePort("", Protocol.TCP, 80).onNodes(30077))
                        .port(new ServicePort("u", Protocol.UDP, 80))
                        .build())
                .with(Service.named("default", "headless")
                        .port(new ServicePort("", Protocol.TCP, 80))
                        .build())
                .with(Service.named("default", "leaving")
                        .clusterIp(Ip.of("10.96.0.20"))
                        .port(new ServicePort("", Protocol.TCP, 80))
                        .build())
                .with(
                        LEAVING,
                        slice(
                                "leaving-4",
                                "/tcp/80",
                                ready("10.244.1.20", "n1").with(false, true, true),
                                ready("10.244.2.20", "n2").with(false, true, true),
                                ready("10.244.2.21", "n2").with(false, false, false)));
    }

    static ClusterPicture nodes() {
        return ClusterPicture.EMPTY
                .with(new Node("n1", ips("172.30.0.2", "fd00::2"), prefixes("10.244.1.0/24", "fd00:1::/64")))
                .with(new Node("n2", ips("172.30.0.3", "fd00::3"), prefixes("10.244.2.0/24", "fd00:2::/64")))
                .withServiceCidrs(prefixes("10.96.0.0/16", "fd00:96::/112"));
    }

    static EndpointSlice dnsSlice(Endpoint... endpoints) {
        return slice("dns-4", "dns/udp/5353 dns-tcp/tcp/5353 dns-sctp/sctp/5353", endpoints);
    }

    /** Ports are written as {@code name/protocol/number}. */
    static EndpointSlice slice(String name, String ports, Endpoint... endpoints) {
        List<EndpointSlice.Port> list = new ArrayList<>();
        for (String port : ports.split(" ", -1)) {
            String[] words = port.split("/", -1);
            list.add(new EndpointSlice.Port(
                    words[0], Protocol.parse(words[1]).orElseThrow(), Integer.parseInt(words[2])));
        }
        return new EndpointSlice(name, list, List.of(endpoints));
    }

    static Endpoint ready(String ip, String node) {
        return Endpoint.ready(Ip.of(ip), node);
    }

    static List<Ip> ips(String... texts) {
        List<Ip> ips = new ArrayList<>();
        for (String text : texts) {
            ips.add(Ip.of(text));
        }
        return ips;
    }

    static List<Prefix> prefixes(String... texts) {
        List<Prefix> prefixes = new ArrayList<>();
        for (String text : texts) {
            prefixes.add(Prefix.of(text));
        }
        return prefixes;
    }
}
