package dev.fairlead.lab.node;

import dev.fairlead.agent.ClusterAgent;
import dev.fairlead.cluster.Progress;
import dev.fairlead.trace.observe.Eyes;
import java.time.Duration;

/** The agent of a node, wherever it runs. Any thread. */
public interface LabAgent extends AutoCloseable {

    /** Waits until the node's kernel holds everything that the API told up to here. @return whether it was in time */
    boolean awaitFollowed(Progress wanted, Duration patience);

    /** How the node is watched for a trace: its agent does that. */
    Eyes.Opening eyes();

    @Override
    void close();

    /** One in this JVM. */
    record Inside(ClusterAgent agent) implements LabAgent {
        @Override
        public boolean awaitFollowed(Progress wanted, Duration patience) {
            return agent.awaitFollowed(wanted, patience);
        }

        @Override
        public Eyes.Opening eyes() {
            return agent.agent().eyes();
        }

        @Override
        public void close() {
            agent.close();
        }
    }
}
