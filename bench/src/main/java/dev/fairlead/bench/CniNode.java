package dev.fairlead.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.CniCaller;
import dev.fairlead.agent.NodeAgent;
import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.node.NodeCni;
import dev.fairlead.packet.Prefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A node with a CNI network on it, measured as a container runtime uses it: ADD and DEL execute the plugin's program. Both
 * networks go through the same code of ours, so what the runtime itself takes is in both.
 *
 * <pre>
 *   pod: eth0 ───── bridge :node        a new pod each round; the node has no other link
 * </pre>
 */
final class CniNode implements Rounds.Contestant, AutoCloseable {
    static final String ADD = "ADD";
    static final String DEL = "DEL";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_NANOS = 100_000;

    /** Which field of a line of the agent's log has the milliseconds of the steps. */
    private static final int STEPS = 5;

    private final String name;
    private final Owned owned;
    private final Netns node;
    private final NodeThread inNode;
    private final Pods pods;
    private final CniRuntime runtime;
    private final NetConfList list;
    private final Optional<CallLog> log;

    /** What an agent has noted of its calls. */
    @FunctionalInterface
    private interface CallLog {
        List<String> lines();
    }

    private CniNode(
            String name,
            Owned owned,
            Netns node,
            Pods pods,
            CniRuntime runtime,
            NetConfList list,
            Optional<CallLog> log) {
        this.log = log;
        this.name = name;
        this.owned = owned;
        this.node = node;
        this.inNode = NodeThread.start(node);
        owned.add(inNode::close);
        this.pods = pods;
        this.runtime = runtime;
        this.list = list;
    }

    /**
     * Fairlead: its shim, and its agent as an operator starts it; where that isn't built, in this JVM.
     *
     * @param rounds how many pods will be attached, at most 250
     */
    static CniNode fairlead(String name, Place place, int rounds) {
        return AgentProgram.isBuilt(place) ? started(name, place, rounds) : inside(name, place, rounds);
    }

    private static CniNode started(String name, Place place, int rounds) {
        Owned owned = new Owned();
        try {
            Netns node = node(owned);
            AgentProgram agent = AgentProgram.start(place, node);
            owned.add(agent::close);
            CniRuntime runtime = runtime(NodePlugins.here(), agent.bin(), agent.directory());
            CallLog log = () -> CniCaller.log(agent.socket());
            return new CniNode(name, owned, node, pods(owned, rounds), runtime, agent.list(), Optional.of(log));
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    private static CniNode inside(String name, Place place, int rounds) {
        Owned owned = new Owned();
        try {
            Netns node = node(owned);
            Path state = place.disk().resolve("fairlead");
            AgentConfig config = AgentConfig.of("bench", node, List.of(Prefix.of("10.244.1.0/24")))
                    .withSocket(place.sockets().resolve("cni.sock"))
                    .withStateDirectory(state.resolve("state"));
            NodeAgent agent = NodeAgent.start(config);
            owned.add(agent::close);
            NetConfList list =
                    NodeCni.fairlead(place.sockets(), place.nativePrograms()).list();
            CniRuntime runtime = runtime(NodePlugins.here(), place.nativePrograms(), state);
            return new CniNode(name, owned, node, pods(owned, rounds), runtime, list, Optional.of(agent::cniLog));
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /** The reference plugins bridge and host-local, told to do what Fairlead does. @param bin their directory */
    static CniNode reference(String name, Place place, Path bin, boolean masquerade, int rounds) {
        Owned owned = new Owned();
        try {
            Netns node = node(owned);
            Path state = place.disk().resolve(masquerade ? "reference-masquerade" : "reference");
            ObjectNode json = CniJson.newObject().put("cniVersion", "1.0.0").put("name", "reference");
            json.putArray("plugins")
                    .addObject()
                    .put("type", "bridge")
                    .put("bridge", "cni0")
                    .put("isDefaultGateway", true)
                    .put("hairpinMode", true)
                    .put("ipMasq", masquerade)
                    .putObject("ipam")
                    .put("type", "host-local")
                    .put("subnet", "10.244.2.0/24")
                    .put("dataDir", state.resolve("leases").toString());
            NetConfList list = NetConfList.read(CniJson.bytes(json));
            CniRuntime runtime = runtime(NodePlugins.here(), bin, state);
            return new CniNode(name, owned, node, pods(owned, rounds), runtime, list, Optional.empty());
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    static CniRuntime runtime(PluginExec exec, Path bin, Path state) {
        return new CniRuntime(exec, List.of(bin), state.resolve("cache"), Map.of("PATH", Place.SEARCH_PATH), PATIENCE);
    }

    private static Netns node(Owned owned) {
        Netns node = Netns.create();
        owned.add(node::close);
        return node;
    }

    private static Pods pods(Owned owned, int count) {
        Pods pods = Pods.make(count);
        owned.add(pods::close);
        return pods;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void round(Rounds.Lap lap) {
        Pods.Pod pod = pods.next();
        lap.took(ADD, inNode.call(() -> add(pod)));
        log.ifPresent(agents -> steps(agents, pod, lap));
        lap.took(DEL, inNode.call(() -> del(pod)));
    }

    /** What the agent noted of this ADD, which it does after the answer. */
    private static void steps(CallLog agents, Pods.Pod pod, Rounds.Lap lap) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> log = agents.lines();
            String[] fields = log.isEmpty() ? new String[0] : log.getLast().split("\t", -1);
            if (fields.length > STEPS && fields[1].equals(ADD) && fields[2].contains("/" + pod.containerId() + "/")) {
                for (String step : fields[STEPS].split(", ", -1)) {
                    String[] words = step.split(" ", -1);
                    lap.took(words[0], Double.parseDouble(words[1]));
                }
                return;
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new IllegalStateException("the agent has not noted the ADD of " + pod.containerId());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Where the runtime's calls are to be made. */
    NodeThread thread() {
        return inNode;
    }

    /** For a thread of the caller's own, which ends with what it does here. */
    void enter() {
        node.enter();
    }

    /** The pods that are there to be attached. */
    Pods pods() {
        return pods;
    }

    /** Attaches a pod. Any thread that is in the node. @return milliseconds */
    double add(Pods.Pod pod) {
        long start = System.nanoTime();
        var added = runtime.add(list, pod.parameters());
        double millis = (System.nanoTime() - start) / 1e6;
        if (added.ips().isEmpty()) {
            throw new IllegalStateException(name + " gave " + pod.containerId() + " no address, so this isn't an ADD");
        }
        return millis;
    }

    /** Detaches a pod. Any thread that is in the node. @return milliseconds */
    double del(Pods.Pod pod) {
        long start = System.nanoTime();
        runtime.del(list, pod.parameters());
        return (System.nanoTime() - start) / 1e6;
    }

    CniRuntime runtime() {
        return runtime;
    }

    NetConfList list() {
        return list;
    }

    @Override
    public void close() {
        owned.close();
    }
}
