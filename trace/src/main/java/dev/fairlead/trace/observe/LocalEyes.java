package dev.fairlead.trace.observe;

import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.tap.Sighting;
import dev.fairlead.kernel.tap.TapCounts;
import dev.fairlead.kernel.tap.TapPoint;
import dev.fairlead.kernel.tap.Taps;
import dev.fairlead.packet.Flow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The eyes of a node whose kernel is this one: taps, rules and questions by sockets of this process, so that nothing is armed any more
 * when it ends, however it does. For one thread at a time.
 */
public final class LocalEyes implements Eyes {
    private final Netns node;
    private final Watch watch;
    private final NodeKernel kernel;
    private final Taps taps;
    private final HeardDrops drops;
    private final Map<TapPoint, Spot> spots;
    private final Set<Flow> met = new LinkedHashSet<>();

    private LocalEyes(
            Netns node, Watch watch, NodeKernel kernel, Taps taps, HeardDrops drops, Map<TapPoint, Spot> spots) {
        this.node = node;
        this.watch = watch;
        this.kernel = kernel;
        this.taps = taps;
        this.drops = drops;
        this.spots = spots;
    }

    /** @param node the node's root namespace; stays the caller's */
    public static Eyes.Opening of(Netns node) {
        return watch -> open(node, watch);
    }

    private static LocalEyes open(Netns node, Watch watch) {
        List<Netns> pods = new ArrayList<>(); // needed only until the taps are open
        NodeKernel kernel = NodeKernel.arm(node, watch);
        HeardDrops drops = HeardDrops.NONE;
        try {
            Map<TapPoint, Spot> spots = new LinkedHashMap<>();
            Map<Long, LentDrops.Home> homes = new LinkedHashMap<>();
            for (Watch.Watched watched : watch.devices()) {
                Netns there = watched.netns().isEmpty() ? node : pod(watched, pods);
                Spot spot = watched.spot();
                spots.put(new TapPoint(there, spot.device(), spot.label()), spot);
                if (HeardDrops.areTold()) {
                    homes.put(there.inode(), new LentDrops.Home(watch.node(), spot.pod()));
                }
            }
            if (HeardDrops.areTold()) {
                homes.put(node.inode(), new LentDrops.Home(watch.node(), ""));
                drops = HeardDrops.arm(Drops::open, homes, watch.filter());
            }
            Taps taps = Taps.open(List.copyOf(spots.keySet()), watch.filter());
            return new LocalEyes(node, watch, kernel, taps, drops, spots);
        } catch (RuntimeException e) {
            drops.close();
            kernel.close();
            throw e;
        } finally {
            pods.forEach(Netns::close);
        }
    }

    private static Netns pod(Watch.Watched watched, List<Netns> opened) {
        Netns pod = Netns.open(Path.of(watched.netns()));
        opened.add(pod);
        if (!pod.isNetwork()) {
            throw new EyesException(watched.netns() + " of " + watched.spot().label() + " is no network namespace");
        }
        return pod;
    }

    @Override
    public List<Sight> await(Duration patience) {
        drops.listen();
        List<Sight> sights = new ArrayList<>();
        for (Sighting sighting : taps.await(patience)) {
            Spot spot = spots.get(sighting.point());
            if (spot != null) {
                sights.add(new Sight(sighting.nanos(), spot, sighting.type(), sighting.frame()));
                PacketReader.read(sighting.packet()).ifPresent(packet -> met.add(packet.flow()));
            }
        }
        return sights;
    }

    @Override
    public Findings finish(Flow asked) {
        List<Sight> sights = new ArrayList<>();
        for (List<Sight> more = await(Duration.ZERO); !more.isEmpty(); more = await(Duration.ZERO)) {
            sights.addAll(more);
        }
        long dropped = taps.counts().stream().mapToLong(TapCounts::dropped).sum();
        return new Findings(sights, kernel.facts(met, asked, drops.told(watch.node())), dropped);
    }

    @Override
    public Optional<Taken> route(Flow packet, String in) {
        return kernel.route(packet, in);
    }

    @Override
    public Optional<String> ownRoute(Flow packet, String pod) {
        if (pod.isEmpty()) {
            return NodeKernel.resolved(node, packet);
        }
        Watch.Watched inPod = watch.devices().stream()
                .filter(device -> device.spot().pod().equals(pod))
                .findFirst()
                .orElseThrow(() -> new EyesException("no device of pod " + pod + " is watched"));
        List<Netns> opened = new ArrayList<>();
        try {
            return NodeKernel.resolved(pod(inPod, opened), packet);
        } finally {
            opened.forEach(Netns::close);
        }
    }

    @Override
    public Optional<String> unanswered(Taken route) {
        return kernel.unanswered(route);
    }

    @Override
    public Optional<String> rule(Step step) {
        return kernel.rule(step);
    }

    @Override
    public ClockReading clock() {
        return ClockReading.SAME;
    }

    @Override
    public void close() {
        taps.close();
        drops.close();
        kernel.close();
    }
}
