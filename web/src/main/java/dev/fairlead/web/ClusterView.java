package dev.fairlead.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Protocol;
import java.time.Duration;
import java.util.List;

/**
 * A cluster as the page sees it: a lab, or a real one by its agents. Called from any number of threads at once. Methods throw
 * {@link ViewRefusal} with a sentence for the person at the page.
 */
public interface ClusterView {

    /** What there is now. */
    Topology topology();

    /**
     * Waits until there is something else than at a version.
     *
     * @return what there is then, or what there still is after {@code patience}
     */
    Topology after(long version, Duration patience) throws InterruptedException;

    /** Begins to watch what is carried. Nothing is counted for a page before it does, and after all have ended. */
    Watch watch();

    /**
     * Follows a connection that is made for it.
     *
     * @param from {@code pod/default/client} or {@code node/node-1}
     * @param to {@code svc/default/web:80}, {@code pod/default/web-1:8080} or {@code 10.96.0.80:80}
     * @return what {@code trace --json} prints
     */
    ObjectNode trace(String from, String to, Protocol protocol);

    /** As {@link #trace}, but nothing is sent. @return what {@code explain --json} prints */
    ObjectNode explain(String from, String to, Protocol protocol);

    /** What the kernel holds for an object. @param object {@code pod/default/client}, {@code node/node-1}, {@code svc/default/web} */
    List<Section> details(String object);

    /** Somebody's look at the traffic, as long as it is open. Safe from any thread. */
    interface Watch extends AutoCloseable {
        /** Counters of all devices that are drawn, and of connections; those that were read last, where that was just now. */
        Traffic read();

        @Override
        void close();
    }

    /** Lines under a title, as the tools print them. */
    record Section(String title, List<String> lines) {
        public Section {
            lines = List.copyOf(lines);
        }
    }
}
