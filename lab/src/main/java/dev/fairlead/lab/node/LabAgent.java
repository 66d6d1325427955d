package dev.fairlead.lab.node;

import dev.fairlead.agent.ClusterAgent;
import dev.fairlead.cluster.Progress;
import java.time.Duration;

/** The agent of a node, wherever it runs. Any thread. */
public interface LabAgent extends AutoCloseable {

    /** Waits until the node's kernel holds everything that the API told up to here. @return whether it was in time */
    boolean awaitFollowed(Progress wanted, Duration patience);

    @Override
    void close();

    /** One in this JVM. */
    record Inside(ClusterAgent agent) implements LabAgent {
        @Override
        public boolean awaitFollowed(Progress wanted, Duration patience) {
            return agent.awaitFollowed(wanted, patience);
        }

        @Override
        public void close() {
            agent.close();
        }
    }
}
