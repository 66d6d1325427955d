package dev.fairlead.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What one page is told as long as it is open (server-sent events, HTML standard, section 9.2): {@code topology} first, whole,
 * then {@code change} and {@code traffic}. An event's id is the version, so a page whose connection was cut and that missed
 * nothing isn't sent the whole again. Confined to the thread of its request.
 */
final class EventStream {
    /** However fast pods come and go, a page is told this often. */
    private static final Duration CALM = Duration.ofMillis(200);

    private static final Duration TRAFFIC = Duration.ofSeconds(1);
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
        Traffic counted = view.traffic();
        boolean moved = false;
        while (true) {
            Topology now = view.after(shown.version(), left(counted.atNs(), TRAFFIC));
            if (now.version() != shown.version()) {
                write("change", now.version(), TopologyJson.change(shown, now));
                shown = now;
                Thread.sleep(CALM);
            }
            if (!left(counted.atNs(), TRAFFIC).isPositive()) {
                Traffic counting = view.traffic();
                Traffic.Rates rates = counting.since(counted);
                counted = counting;
                boolean moves = !rates.equals(Traffic.Rates.NONE);
                if (moves || moved) { // that it has come to rest is told once
                    write("traffic", shown.version(), TopologyJson.rates(rates));
                }
                moved = moves;
            }
            if (!left(wroteNs, HEARTBEAT).isPositive()) {
                write(": still here\n\n");
            }
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
