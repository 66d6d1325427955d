package dev.fairlead.bench;

import dev.fairlead.agent.NodePlugins;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ./fairlead agent} as an operator starts it: a process of its own, in a node of its own each round, that is filled
 * with pods through its installed plugin. What memory it holds then is its own and nobody else's.
 *
 * @param full how many pods, at most 250
 */
record AgentProcess(Place place, int full) implements Contestant {
    private static final String EMPTY = "no pods";
    private static final String FULL = "full";
    private static final String ADD = "ADD";
    private static final double LIMIT_MEGABYTES = 120;

    Report measure(int runs, Progress progress) {
        Results results = new Rounds("an agent of its own", 0, runs, progress).of(List.of(this));
        Samples memory = results.of(name(), FULL);
        Comparison resident = Comparison.of("an agent's process, resident memory", Unit.MEGABYTES, "")
                .with(Row.of("no pods yet", results.of(name(), EMPTY)))
                .with(Row.of(full + " pods", memory));
        Comparison adds = Comparison.of("an agent's process, just started", Unit.MILLISECONDS, "")
                .with(Row.of("its first ADD", results.of(name(), ADD + 0)))
                .with(Row.of("median of its first " + full + " ADDs", results.of(name(), ADD)));
        return new Report(
                List.of(resident, adds),
                List.of(Goal.of("memory of an agent with " + full + " pods", memory, Unit.MEGABYTES, LIMIT_MEGABYTES)));
    }

    @Override
    public String name() {
        return "agent";
    }

    @Override
    public void round(Lap lap) {
        try (Owned owned = new Owned()) {
            Netns node = Netns.create();
            owned.add(node::close);
            NodeThread inNode = NodeThread.start(node);
            owned.add(inNode::close);
            AgentProgram agent = AgentProgram.start(place, node);
            owned.add(agent::close);
            lap.took(EMPTY, agent.memory() / 1e6);
            Pods pods = Pods.make(full);
            owned.add(pods::close);
            fill(lap, inNode, pods, agent);
            lap.took(FULL, agent.memory() / 1e6);
        }
    }

    private void fill(Lap lap, NodeThread inNode, Pods pods, AgentProgram agent) {
        NetConfList list = agent.list();
        CniRuntime runtime = CniNode.runtime(NodePlugins.here(), agent.bin(), agent.directory());
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < full; i++) {
            Pods.Pod pod = pods.next();
            times.add(inNode.call(() -> {
                long start = System.nanoTime();
                var unused = runtime.add(list, pod.parameters());
                return (System.nanoTime() - start) / 1e6;
            }));
        }
        lap.took(ADD + 0, times.getFirst());
        lap.took(ADD, new Samples(times).median());
    }
}
