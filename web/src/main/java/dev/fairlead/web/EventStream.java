package dev.fairlead.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What one page is told as long as it is open (server-sent events, HTML standard, section 9.2): {@code topology} first, whole,
 * then {@code change} and {@code traffic}. An event's id is the version, so a page whose connection was cut and that missed
 * nothing isn't sent the whole again. Confined to the thread of its request.
 */
final class EventStream {
    /** However fast pods come and go, a page is told this often. */
    private static final Duration CALM = Duration.ofMillis(200);

    private static final Duration TRAFFIC = Duration.ofSeconds(1);
    /** Connections are often short and seldom steady: over one second lines between pods would only flicker. */
    private static final Duration TALKING = Duration.ofMillis(3500);

    private static final int MOST_TALKS = 40;
    /** A page that has gone is noticed by what is written to it. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClusterView view;
    private final OutputStream out;
    private long wroteNs = System.nanoTime();

    EventStream(ClusterView view, OutputStream out) {
        this.view = view;
        this.out = out;
    }

    /**
     * Tells until the reader has gone.
     *
     * @param known the last version that this page was told of, or -1
     * @throws ViewRefusal when the cluster is gone
     */
    void tell(long known) throws IOException, InterruptedException {
        Topology shown = view.topology();
        if (shown.version() != known) {
            write("topology", shown.version(), TopologyJson.whole(shown));
        }
        try (ClusterView.Watch watch = view.watch()) {
            Rates rates = new Rates(watch);
            while (true) {
                Topology now = view.after(shown.version(), left(rates.readNs, TRAFFIC));
                if (now.version() != shown.version()) {
                    write("change", now.version(), TopologyJson.change(shown, now));
                    shown = now;
                    Thread.sleep(CALM);
                }
                if (!left(rates.readNs, TRAFFIC).isPositive()) {
                    Optional<ObjectNode> news = rates.next();
                    if (news.isPresent()) {
                        write("traffic", shown.version(), news.get());
                    }
                }
                if (!left(wroteNs, HEARTBEAT).isPositive()) {
                    write(": still here\n\n");
                }
            }
        }
    }

    /** What is carried, second by second. */
    private static final class Rates {
        private final ClusterView.Watch watch;
        /** The last few seconds, the newest last. */
        private final Deque<Traffic> counted = new ArrayDeque<>();

        private long readNs;
        private boolean moved;

        Rates(ClusterView.Watch watch) {
            this.watch = watch;
            counted.add(watch.read());
            readNs = System.nanoTime();
        }

        /** That all has come to rest is told once. */
        Optional<ObjectNode> next() {
            Traffic now = watch.read();
            readNs = System.nanoTime();
            if (now.atNs() == counted.getLast().atNs()) {
                return Optional.empty(); // a large cluster isn't counted each second
            }
            Traffic.Rates rates = now.since(counted.getLast());
            while (counted.size() > 1 && now.atNs() - counted.getFirst().atNs() > TALKING.toNanos()) {
                counted.removeFirst();
            }
            Traffic.TalkRates talks = now.talksSince(counted.getFirst(), MOST_TALKS);
            counted.add(now);
            boolean moves =
                    !rates.equals(Traffic.Rates.NONE) || !talks.busiest().isEmpty();
            boolean tells = moves || moved;
            moved = moves;
            return tells ? Optional.of(TopologyJson.rates(rates, talks)) : Optional.empty();
        }
    }

    private static Duration left(long sinceNs, Duration whole) {
        Duration left = whole.minusNanos(System.nanoTime() - sinceNs);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void write(String event, long version, ObjectNode json) throws IOException {
        write("event: " + event + "\nid: " + version + "\ndata: " + JSON.writeValueAsString(json) + "\n\n");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        wroteNs = System.nanoTime();
    }
}
