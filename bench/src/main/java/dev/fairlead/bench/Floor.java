package dev.fairlead.bench;

import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.dataplane.PodWiring.Side;
import dev.fairlead.dataplane.PodWiring.Step;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.PodMac;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel itself takes: the netlink messages that wire a pod, ready made, on sockets that are open, and nothing
 * around them; then the message that deletes the veth pair. No network plugin can be faster in this kernel with a bridge.
 */
final class Floor implements Rounds.Contestant, AutoCloseable {
    static final String NAME = "the kernel alone: bare netlink calls";
    static final String IN_NODE = "messages in the node";
    static final String IN_POD = "messages in the pod";

    /** Wiring and unwiring by the agent's code: what it adds is opening a socket, looking first and reading back. */
    static final String WIRE = "wire";

    static final String UNWIRE = "unwire";
    private static final int MTU = 1500;

    private final Owned owned;
    private final Pods pods;
    private final PodBridge bridge;
    private final PodWiring wiring;
    private int round;

    private Floor(Owned owned, Pods pods, PodBridge bridge) {
        this.owned = owned;
        this.pods = pods;
        this.bridge = bridge;
        this.wiring = new PodWiring(bridge);
        owned.add(wiring::close);
    }

    static Floor make(int rounds) {
        Owned owned = new Owned();
        try {
            Netns node = Netns.create();
            owned.add(node::close);
            Rtnetlink inNode = Rtnetlink.open(node);
            owned.add(inNode::close);
            Prefix gateway = Prefix.of("10.244.3.1/24");
            PodBridge bridge = PodBridge.start(
                    node,
                    inNode,
                    new PodBridge.Spec("fl0", PodMac.of(List.of(gateway.address())), List.of(gateway), MTU));
            Pods pods = Pods.make(2 * rounds);
            owned.add(pods::close);
            return new Floor(owned, pods, bridge);
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void round(Rounds.Lap lap) {
        round++;
        bare(lap, wanted(), pods.next().netns());
        PodInterface wanted = wanted();
        Netns pod = pods.next().netns();
        long start = System.nanoTime();
        var wired = wiring.wire(wanted, pod);
        lap.since(WIRE, start);
        if (bridge.rtnetlink().links().require(wired.host().name()).master() != bridge.index()) {
            throw new IllegalStateException("the pod's veth is not a port of the bridge");
        }
        start = System.nanoTime();
        wiring.unwire(wanted.owner());
        lap.since(UNWIRE, start);
    }

    private PodInterface wanted() {
        Prefix address = new Prefix(Ip.of("10.244.3.0").plus(2 + round % 250), 24);
        return new PodInterface(
                "bench/pod-" + round + "/eth0",
                "eth0",
                PodMac.of(List.of(address.address())),
                List.of(address),
                List.of(Ip.of("10.244.3.1")),
                MTU);
    }

    private void bare(Rounds.Lap lap, PodInterface wanted, Netns pod) {
        List<Request> inNode = requests(wiring.plan(wanted, pod, 0), Side.NODE);
        try (Rtnetlink podSocket = Rtnetlink.open(pod)) {
            long start = System.nanoTime();
            send(bridge.rtnetlink(), inNode);
            double nodeMillis = (System.nanoTime() - start) / 1e6;
            int index = podSocket.links().require(wanted.name()).index();
            List<Request> inPod = requests(wiring.plan(wanted, pod, index), Side.POD);
            start = System.nanoTime();
            send(podSocket, inPod);
            double podMillis = (System.nanoTime() - start) / 1e6;
            lap.took(IN_NODE, nodeMillis);
            lap.took(IN_POD, podMillis);
            lap.took(CniNode.ADD, nodeMillis + podMillis);
        }
        long start = System.nanoTime();
        bridge.rtnetlink().links().delete(wanted.hostName());
        lap.since(CniNode.DEL, start);
    }

    private static List<Request> requests(List<Step> steps, Side side) {
        List<Request> requests = new ArrayList<>();
        for (Step step : steps) {
            if (step.side() == side) {
                requests.add(step.request());
            }
        }
        return requests;
    }

    private static void send(Rtnetlink socket, List<Request> requests) {
        for (Optional<NetlinkException> refusal : socket.pipeline(requests)) {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
