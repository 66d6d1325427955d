package dev.fairlead.lab;

import dev.fairlead.agent.ClusterAgent;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.cluster.Progress;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.AgentProcess;
import dev.fairlead.lab.node.ApiRelay;
import dev.fairlead.lab.node.LabAgent;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.trace.observe.Eyes;
import java.nio.file.Path;
import java.time.Duration;

/** The two ways to start the agents of a lab. Both hear of the cluster from the lab's API and nowhere else. */
final class LabAgents {
    private LabAgents() {}

    /** In this JVM, where the API is asked without HTTP. @param wirePods whether no other plugin does */
    static LabNodes.AgentStart inside(ApiRouter router, boolean wirePods) {
        return (slot, sandbox, directory) -> {
            try {
                return new LabAgent.Inside(ClusterAgent.start(
                        new RouterSource(router),
                        slot.name(),
                        node -> LabNode.agentConfig(node, sandbox, directory, LabNodes.MTU, wirePods)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabRefusal("interrupted");
            }
        };
    }

    /** Each as a process in its node's network namespace, with the API on that node's loopback device. */
    static LabNodes.AgentStart processes(LabApi api, Path home) {
        return (slot, sandbox, directory) -> {
            Path kubeconfig = directory.resolve("kubeconfig");
            api.writeKubeconfig(kubeconfig, ApiRelay.PORT);
            ApiRelay relay = ApiRelay.open(slot.name(), sandbox.netns(), api.port());
            AgentProcess process = AgentProcess.start(
                    slot,
                    sandbox,
                    new AgentProcess.Means(home.resolve("fairlead"), directory, kubeconfig, LabHost.LOG, LabNodes.MTU));
            WithRelay agent = new WithRelay(process, relay);
            try {
                process.awaitServing();
                return agent;
            } catch (RuntimeException e) {
                agent.close();
                throw e;
            }
        };
    }

    /** A process and its way to the API. */
    private record WithRelay(AgentProcess process, ApiRelay relay) implements LabAgent {
        @Override
        public boolean awaitFollowed(Progress wanted, Duration patience) {
            return process.awaitFollowed(wanted, patience);
        }

        @Override
        public Eyes.Opening eyes() {
            return process.eyes();
        }

        @Override
        public void close() {
            process.close();
            relay.close();
        }
    }
}
