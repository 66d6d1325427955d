package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.cni.CniException;
import dev.fairlead.lab.node.HostProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CNI ADD and DEL: Fairlead, the reference plugins with and without masquerade, and what the kernel alone takes, in turn.
 * What can't be measured here (a program isn't installed) is said in the table's notes and left out.
 */
public final class CniBench {
    private static final String FAIRLEAD = "Fairlead";
    private static final String REFERENCE = "reference bridge + host-local";
    private static final String MASQUERADE = "the same with ipMasq";
    private static final double ADD_LIMIT = 0.25;
    private static final double ADD_MASQUERADE_LIMIT = 0.1;
    private static final double DEL_LIMIT = 1.1;
    private static final double STATUS_LIMIT_MS = 2;

    private final Place place;
    private final Rounds rounds;
    private final List<String> notes = new ArrayList<>();

    private CniBench(Place place, Rounds rounds) {
        this.place = place;
        this.rounds = rounds;
    }

    /** Measures, which takes some 0.3 s for each of {@code runs}. Where it runs must allow new network namespaces. */
    public static Report run(Place place, int runs, Progress progress) {
        return new CniBench(place, Rounds.of("cni", runs, progress)).run();
    }

    /** Measures with many pods on a node: {@code together} attached at once, and then {@code full}, at most 250, in turn. */
    public static Report crowd(Place place, int runs, int together, int full, Progress progress) {
        Crowd crowd = new Crowd(together, full);
        List<Crowd.Kind> kinds = new ArrayList<>();
        kinds.add(new Crowd.Kind(FAIRLEAD, () -> CniNode.fairlead(FAIRLEAD, place, crowd.pods())));
        Place.referencePlugins()
                .ifPresent(bin -> kinds.add(new Crowd.Kind(
                        REFERENCE, () -> CniNode.reference(REFERENCE, place, bin, false, crowd.pods()))));
        Report report = crowd.measure(kinds, runs, progress);
        return AgentProgram.isBuilt(place) ? report.and(new AgentProcess(place, full).measure(runs, progress)) : report;
    }

    private Report run() {
        try (Owned owned = new Owned()) {
            List<Contestant> contestants = new ArrayList<>();
            int all = rounds.warmUp() + rounds.runs();
            CniNode fairlead = CniNode.fairlead(FAIRLEAD, place, all);
            owned.add(fairlead::close);
            contestants.add(fairlead);
            references(all).forEach(node -> {
                owned.add(node::close);
                contestants.add(node);
            });
            Floor floor = Floor.make(all);
            owned.add(floor::close);
            contestants.add(floor);
            Parts parts = new Parts(place, fairlead);
            owned.add(parts::close);
            contestants.add(parts);
            return report(rounds.of(contestants));
        }
    }

    private List<CniNode> references(int all) {
        Optional<Path> bin = Place.referencePlugins();
        if (bin.isEmpty()) {
            notes.add("The reference plugins are missing here; install containernetworking-plugins.");
            return List.of();
        }
        List<CniNode> nodes = new ArrayList<>();
        addIfItWorks(nodes, CniNode.reference(REFERENCE, place, bin.get(), false, all + 1));
        if (HostProcess.find("iptables", Place.SEARCH_PATH).isEmpty()) {
            notes.add("Masquerade wasn't measured: the reference plugin executes iptables, which is missing here.");
        } else {
            addIfItWorks(nodes, CniNode.reference(MASQUERADE, place, bin.get(), true, all + 1));
        }
        return nodes;
    }

    /** Not all kernels have what iptables asks for, and that is no reason to measure nothing. */
    private void addIfItWorks(List<CniNode> nodes, CniNode node) {
        try {
            node.round((quantity, value) -> {});
            nodes.add(node);
        } catch (CniException e) {
            notes.add("Not measured, since it doesn't work here: " + node.name() + ". " + e.getMessage());
            node.close();
        }
    }

    // ---- what is made of the numbers

    private Report report(Results results) {
        List<Goal> goals = new ArrayList<>();
        Samples add = results.of(FAIRLEAD, CniNode.ADD);
        Samples del = results.of(FAIRLEAD, CniNode.DEL);
        if (results.byContestant().containsKey(REFERENCE)) {
            Samples ratio = add.dividedBy(results.of(REFERENCE, CniNode.ADD));
            goals.add(Goal.ratio("ADD in a quarter of the reference's time", ratio, ADD_LIMIT));
        }
        if (results.byContestant().containsKey(MASQUERADE)) {
            Samples ratio = add.dividedBy(results.of(MASQUERADE, CniNode.ADD));
            goals.add(Goal.ratio("ADD in a tenth of the reference's with ipMasq", ratio, ADD_MASQUERADE_LIMIT));
        }
        Samples overKernel = del.dividedBy(results.of(Floor.NAME, CniNode.DEL));
        goals.add(Goal.ratio("DEL in the kernel's own time plus a tenth", overKernel, DEL_LIMIT));
        goals.add(Goal.of(
                "STATUS by a runtime", results.of(Parts.NAME, Parts.STATUS), Unit.MILLISECONDS, STATUS_LIMIT_MS));
        Comparison adds = sideBySide(results, "cni add", CniNode.ADD);
        for (String note : notes) {
            adds = adds.with(note);
        }
        return new Report(
                List.of(
                        adds,
                        sideBySide(results, "cni del", CniNode.DEL),
                        status(results),
                        addParts(results),
                        delParts(results)),
                goals);
    }

    private static Comparison sideBySide(Results results, String name, String quantity) {
        Samples ours = results.of(FAIRLEAD, quantity);
        Comparison comparison = Comparison.of(name, Unit.MILLISECONDS, "Fairlead ÷ this");
        for (String contestant : List.of(FAIRLEAD, REFERENCE, MASQUERADE, Floor.NAME)) {
            if (results.byContestant().containsKey(contestant)) {
                Samples samples = results.of(contestant, quantity);
                Samples ratios = contestant.equals(FAIRLEAD) ? Samples.NONE : ours.dividedBy(samples);
                comparison = comparison.with(new Row(contestant, samples, ratios));
            }
        }
        Samples process = results.of(Parts.NAME, Parts.PROCESS);
        return comparison.with(new Row("a plugin that does nothing (/bin/true)", process, ours.dividedBy(process)));
    }

    /** What the agent says of its own steps is of the very ADDs; the other parts are measured by themselves, in the same rounds. */
    private static Comparison addParts(Results results) {
        Samples add = results.of(FAIRLEAD, CniNode.ADD);
        Samples runtime = results.of(Parts.NAME, Parts.RUNTIME_ADD);
        Samples process = results.of(Parts.NAME, Parts.STATUS_ALONE);
        Samples lease = results.of(FAIRLEAD, "lease");
        Samples node = results.of(FAIRLEAD, "node");
        Samples disk = results.of(FAIRLEAD, "disk");
        Samples pod = results.of(FAIRLEAD, "pod");
        return Comparison.of("where an ADD's time goes", Unit.MILLISECONDS, "")
                .with(Row.of("the whole ADD", add))
                .with(Row.of("runtime: configuration, reading the result, keeping it", runtime))
                .with(Row.of("the plugin's process, its socket, waiting for its end (STATUS alone)", process))
                .with(Row.of("agent: an address chosen and written", lease))
                .with(Row.of("agent: guard, veth, bridge port", node))
                .with(Row.of("  netlink messages for this, alone", results.of(Floor.NAME, Floor.IN_NODE)))
                .with(Row.of("agent: the rest of the wait for the disk", disk))
                .with(Row.of("  the disk alone, most of it beside the row above", results.of(Parts.NAME, Parts.LEASE)))
                .with(Row.of("agent: the pod's side", pod))
                .with(Row.of("  netlink messages for this, alone", results.of(Floor.NAME, Floor.IN_POD)))
                .with(Row.of(
                        "the rest",
                        add.minus(runtime)
                                .minus(process)
                                .minus(lease)
                                .minus(node)
                                .minus(disk)
                                .minus(pod)));
    }

    /** What the kubelet's runtime asks every few seconds, and what of it is whose. */
    private static Comparison status(Results results) {
        Samples status = results.of(Parts.NAME, Parts.STATUS);
        Samples alone = results.of(Parts.NAME, Parts.STATUS_ALONE);
        Samples exec = results.of(Parts.NAME, Parts.EXEC_ALONE);
        Samples process = results.of(Parts.NAME, Parts.PROCESS);
        return Comparison.of("cni status", Unit.MILLISECONDS, "STATUS ÷ this")
                .with(Row.of("STATUS by a runtime, with configuration and streams", status))
                .with(new Row("the plugin alone: posix_spawn, and waiting for it", alone, status.dividedBy(alone)))
                .with(new Row("as small a program as there is, alone (pause -v)", exec, status.dividedBy(exec)))
                .with(Row.of("the plugin alone without the start of a program", alone.minus(exec)))
                .with(new Row("a plugin that does nothing (/bin/true)", process, status.dividedBy(process)));
    }

    private static Comparison delParts(Results results) {
        Samples del = results.of(FAIRLEAD, CniNode.DEL);
        Samples status = results.of(Parts.NAME, Parts.STATUS);
        Samples runtime = results.of(Parts.NAME, Parts.RUNTIME_DEL);
        Samples release = results.of(Parts.NAME, Parts.RELEASE);
        Samples unwire = results.of(Floor.NAME, Floor.UNWIRE);
        return Comparison.of("where a DEL's time goes", Unit.MILLISECONDS, "")
                .with(Row.of("the whole DEL", del))
                .with(Row.of("runtime: reading the kept result, forgetting it", runtime))
                .with(Row.of("process, shim, socket, agent's door (STATUS)", status))
                .with(Row.of("deleting the veth pair", unwire))
                .with(Row.of("lease given back: journal written", release))
                .with(Row.of(
                        "the rest",
                        del.minus(runtime).minus(status).minus(release).minus(unwire)));
    }
}
