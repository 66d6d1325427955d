package dev.fairlead.trace;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
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
import java.util.Map;

/**
 * Two nodes, three pods and one that uses its node's network, with the same last numbers in both families.
 *
 * <pre>
 *   default/client 10.244.1.8 veth-c ─┐
 *   default/a      10.244.1.5 veth-a ─┤ fl0 10.244.1.1  node-1  uplink 172.30.0.2 ─┐
 *   kube-system/proxy, of node-1      ┘                                            │
 *   shop/b         10.244.2.7 veth-b ── fl0 10.244.2.1  node-2  uplink 172.30.0.3 ─┘
 *
 *   10.96.0.10 web: a, b    10.96.0.11 here: a    10.96.0.12 there: b    10.96.0.20 hosted: proxy, port 9090
 *   10.96.0.30 stale: 10.244.1.99, which is gone    10.96.0.77 nobody: no endpoints    10.96.0.99: no Service
 *   all: port 80 to 8080 (but hosted), TCP and UDP
 *   node ports: here 30011, there 30012, nobody 30077
 * </pre>
 */
final class TwoNodeScene {
    private static final Map<String, Integer> NODE_PORTS = Map.of("here", 30011, "there", 30012, "nobody", 30077);

    private TwoNodeScene() {}

    static final Place CLIENT = pod("node-1", "default/client", 1, 8, "veth-c");
    static final Place A = pod("node-1", "default/a", 1, 5, "veth-a");
    static final Place B = pod("node-2", "shop/b", 2, 7, "veth-b");
    static final Place PROXY = new Place("node-1", "kube-system/proxy", nodeIps(2), "", "");
    static final Place NODE_1 = new Place("node-1", "", nodeIps(2), "", "");
    static final Place NODE_2 = new Place("node-2", "", nodeIps(3), "", "");

    static Scene scene() {
        ClusterPicture picture = ClusterPicture.EMPTY
                .with(new Node("node-1", nodeIps(2), List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:1::/64"))))
                .with(new Node("node-2", nodeIps(3), List.of(Prefix.of("10.244.2.0/24"), Prefix.of("fd00:2::/64"))))
                .withServiceCidrs(List.of(Prefix.of("10.96.0.0/16"), Prefix.of("fd00:96::/112")));
        for (Family family : Family.values()) {
            picture = service(picture, "web", family, 10, 8080, A, B);
            picture = service(picture, "here", family, 11, 8080, A);
            picture = service(picture, "there", family, 12, 8080, B);
            picture = service(picture, "hosted", family, 20, 9090, PROXY);
            picture = service(picture, "stale", family, 30, 8080, pod("node-1", "default/gone", 1, 99, "veth-g"));
            picture = service(picture, "nobody", family, 77, 8080);
        }
        return new Scene(picture, List.of(CLIENT, A, B, PROXY), "fl0", "uplink");
    }

    private static ClusterPicture service(
            ClusterPicture picture, String name, Family family, int number, int port, Place... pods) {
        ServiceName service = new ServiceName("default", name);
        List<Ip> ips = new ArrayList<>(
                picture.service(service).map(Service::clusterIps).orElse(List.of()));
        ips.add(service(family, number));
        List<Endpoint> endpoints = new ArrayList<>();
        for (Place pod : pods) {
            endpoints.add(Endpoint.ready(ip(pod, family), pod.node()).to(pod.pod()));
        }
        EndpointSlice slice = new EndpointSlice(
                name + "-" + family,
                List.of(new EndpointSlice.Port("", Protocol.TCP, port), new EndpointSlice.Port("", Protocol.UDP, port)),
                endpoints);
        int nodePort = NODE_PORTS.getOrDefault(name, 0);
        List<ServicePort> ports = List.of(
                new ServicePort("", Protocol.TCP, 80).onNodes(nodePort),
                new ServicePort("", Protocol.UDP, 80).onNodes(nodePort));
        return picture.with(new Service(service, ips, ports)).with(service, slice);
    }

    private static Place pod(String node, String name, int net, int host, String port) {
        return new Place(
                node,
                name,
                List.of(Ip.of("10.244." + net + "." + host), Ip.of("fd00:" + net + "::" + host)),
                "eth0",
                port);
    }

    private static List<Ip> nodeIps(int host) {
        return List.of(Ip.of("172.30.0." + host), Ip.of("fd30::" + host));
    }

    static Ip ip(Place place, Family family) {
        return place.ips().get(family == Family.IPV4 ? 0 : 1);
    }

    static Ip service(Family family, int number) {
        return Ip.of(family == Family.IPV4 ? "10.96.0." + number : "fd00:96::" + number);
    }

    /** @param text such as {@code web:80}, {@code a:8080}, {@code bridge-1:53}, {@code free-2:80} */
    static IpPort to(String text, Family family) {
        String[] words = text.split(":", 2);
        boolean ipv4 = family == Family.IPV4;
        Ip ip = switch (words[0]) {
            case "client" -> ip(CLIENT, family);
            case "a" -> ip(A, family);
            case "b" -> ip(B, family);
            case "node-1", "proxy" -> ip(NODE_1, family);
            case "node-2" -> ip(NODE_2, family);
            case "bridge-1" -> Ip.of(ipv4 ? "10.244.1.1" : "fd00:1::1");
            case "bridge-2" -> Ip.of(ipv4 ? "10.244.2.1" : "fd00:2::1");
            case "free-1" -> Ip.of(ipv4 ? "10.244.1.99" : "fd00:1::99");
            case "free-2" -> Ip.of(ipv4 ? "10.244.2.99" : "fd00:2::99");
            case "outside" -> Ip.of(ipv4 ? "192.0.2.1" : "2001:db8::1");
            case "localhost" -> Ip.of(ipv4 ? "127.0.0.1" : "::1");
            case "web" -> service(family, 10);
            case "here" -> service(family, 11);
            case "there" -> service(family, 12);
            case "hosted" -> service(family, 20);
            case "stale" -> service(family, 30);
            case "nobody" -> service(family, 77);
            case "unknown" -> service(family, 99);
            default -> throw new IllegalArgumentException("no place " + text);
        };
        return new IpPort(ip, Integer.parseInt(words[1]));
    }

    static Place place(String name) {
        return switch (name) {
            case "client" -> CLIENT;
            case "a" -> A;
            case "b" -> B;
            case "proxy" -> PROXY;
            case "node-1" -> NODE_1;
            case "node-2" -> NODE_2;
            default -> throw new IllegalArgumentException("no place " + name);
        };
    }
}
