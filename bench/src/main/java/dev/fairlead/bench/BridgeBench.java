package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import java.time.Duration;
import java.util.List;

/** What it costs traffic between two pods of one node that bridged packets pass the IP hooks (docs/decisions/0001). */
public final class BridgeBench {
    private static final String OFF = "pod to pod, IP hooks off";
    private static final String ON = "pod to pod, IP hooks on";
    private static final String SERVICE = "pod to Service, IP hooks on";
    private static final String BULK = "bulk";
    private static final String ROUND_TRIP = "round trip";
    private static final String CONNECTIONS = "connections";
    private static final Duration BULK_TIME = Duration.ofMillis(300);

    private BridgeBench() {}

    /** One way from client to server. */
    private record Path(String name, Traffic traffic) implements Contestant {
        @Override
        public void round(Lap lap) {
            lap.took(BULK, traffic.bulk(BULK_TIME));
            lap.took(ROUND_TRIP, traffic.roundTrip());
            lap.took(CONNECTIONS, traffic.connections());
        }
    }

    /** Measures, which takes some 1.5 s for each of {@code runs}. Java's sockets must have been prepared before. */
    public static Report run(int runs, Progress progress) {
        try (BridgeNode off = BridgeNode.make(false);
                BridgeNode on = BridgeNode.make(true)) {
            Results results = new Rounds("bridge", Math.min(runs, 5), runs, progress)
                    .of(List.of(
                            new Path(OFF, off.bridged()),
                            new Path(ON, on.bridged()),
                            new Path(SERVICE, on.throughService())));
            return new Report(
                    List.of(
                            compare(results, "bridge: one TCP connection", BULK, Unit.GIGABITS),
                            compare(results, "bridge: a byte there and back", ROUND_TRIP, Unit.MICROSECONDS),
                            compare(results, "bridge: new TCP connections", CONNECTIONS, Unit.PER_SECOND)),
                    List.of());
        }
    }

    private static Comparison compare(Results results, String name, String quantity, Unit unit) {
        Samples without = results.of(OFF, quantity);
        Samples with = results.of(ON, quantity);
        Samples service = results.of(SERVICE, quantity);
        return Comparison.of(name, unit, "this ÷ hooks off")
                .with(Row.of(OFF, without))
                .with(new Row(ON, with, with.dividedBy(without)))
                .with(new Row(SERVICE, service, service.dividedBy(without)));
    }
}
