package dev.fairlead.bench;

import dev.fairlead.dataplane.ServiceTable;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.Rtnetlink;
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
import java.util.List;

/**
 * A node with two pods on its bridge and the Service table of Fairlead, where bridged packets pass the IP hooks or don't.
 *
 * <pre>
 *   client: eth0 (.2) ─┐
 *                      ├ bridge 10.244.5.1 :node      Service 10.96.0.10:7000 → server:7000
 *   server: eth0 (.3) ─┘
 * </pre>
 */
final class BridgeNode implements AutoCloseable {
    static final int PORT = 7000;
    private static final String BRIDGE = "bridge";
    private static final Prefix GATEWAY = Prefix.of("10.244.5.1/24");
    private static final Ip CLIENT = Ip.of("10.244.5.2");
    private static final Ip SERVER = Ip.of("10.244.5.3");
    private static final Ip SERVICE = Ip.of("10.96.0.10");
    private static final String NAME = "bench";

    private final Owned owned;
    private final Netns client;
    private final Netns server;

    private BridgeNode(Owned owned, Netns client, Netns server) {
        this.owned = owned;
        this.client = client;
        this.server = server;
    }

    static BridgeNode make(boolean hooks) {
        Owned owned = new Owned();
        try {
            Netns node = netns(owned);
            Rtnetlink inNode = Rtnetlink.open(node);
            owned.add(inNode::close);
            inNode.links()
                    .create(
                            LinkKind.Bridge.plain().withFilter(hooks, false),
                            LinkSetting.name(BRIDGE),
                            LinkSetting.up());
            int bridge = inNode.links().require(BRIDGE).index();
            inNode.addresses().add(bridge, GATEWAY);
            Sysctl sysctl = Sysctl.in(node);
            sysctl.write(Sysctl.IPV4_FORWARD, "1");
            if (sysctl.find(Sysctl.BRIDGE_FILTER_IPV4).isPresent()) {
                sysctl.write(Sysctl.BRIDGE_FILTER_IPV4, "0"); // it would switch the hooks on for every bridge
            }
            BridgeNode made = new BridgeNode(owned, netns(owned), netns(owned));
            plug(inNode, bridge, "client", made.client, CLIENT);
            plug(inNode, bridge, "server", made.server, SERVER);
            ServiceTable services = ServiceTable.start(node, NAME);
            owned.add(services::close);
            services.apply(services.applied().next(picture()));
            return made;
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    private static Netns netns(Owned owned) {
        Netns made = Netns.create();
        owned.add(made::close);
        return made;
    }

    private static void plug(Rtnetlink inNode, int bridge, String name, Netns pod, Ip address) {
        inNode.links()
                .createVeth(
                        List.of(LinkSetting.name(name), LinkSetting.master(bridge), LinkSetting.up()),
                        List.of(LinkSetting.name("eth0"), LinkSetting.namespace(pod)));
        try (Rtnetlink inPod = Rtnetlink.open(pod)) {
            inPod.links().set("eth0", LinkSetting.up());
            int index = inPod.links().require("eth0").index();
            inPod.addresses().add(index, new Prefix(address, GATEWAY.length()));
            inPod.routes()
                    .add(Route.defaultRoute(Family.IPV4).via(GATEWAY.address()).device(index));
        }
    }

    private static ClusterPicture picture() {
        ServiceName name = new ServiceName("default", "server");
        Service service = Service.named(name.namespace(), name.name())
                .clusterIp(SERVICE)
                .port(new dev.fairlead.plan.ServicePort("", Protocol.TCP, PORT))
                .build();
        EndpointSlice slice = new EndpointSlice(
                "server-1",
                List.of(new EndpointSlice.Port("", Protocol.TCP, PORT)),
                List.of(Endpoint.ready(SERVER, NAME)));
        return ClusterPicture.EMPTY
                .withServiceCidrs(List.of(Prefix.of("10.96.0.0/16")))
                .with(new Node(NAME, List.of(Ip.of("172.30.0.2")), List.of(GATEWAY.network())))
                .with(service)
                .with(name, slice);
    }

    /** Straight to the other pod: switched from port to port. */
    Traffic bridged() {
        return new Traffic(client, server, PORT, new IpPort(SERVER, PORT));
    }

    /** To the Service: the request is routed and translated, the reply is bridged and translated back. */
    Traffic throughService() {
        return new Traffic(client, server, PORT, new IpPort(SERVICE, PORT));
    }

    @Override
    public void close() {
        owned.close();
    }
}
