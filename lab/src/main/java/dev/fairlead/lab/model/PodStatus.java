package dev.fairlead.lab.model;

import dev.fairlead.packet.Ip;
import java.time.Instant;
import java.util.List;

/**
 * What became of a pod.
 *
 * @param reason one sentence on why it isn't running; empty when there is nothing to say
 * @param podIps its addresses, the primary one first; empty until CNI ADD succeeded
 * @param startTime when its node began with it, or {@link ObjectMeta#NEVER}
 * @param pausePid the process that holds its namespaces, as the host sees it; 0 when there is none
 * @param netns path of its network namespace; empty when there is none
 * @param readySince since when it answers, or {@link ObjectMeta#NEVER} while it doesn't
 * @param initContainers of the init containers, as {@code containers} of the others
 */
public record PodStatus(
        Phase phase,
        String reason,
        List<Ip> podIps,
        Instant startTime,
        int pausePid,
        String netns,
        List<ContainerStatus> containers,
        Instant readySince,
        List<ContainerStatus> initContainers) {

    /** {@code status.phase}. */
    public enum Phase {
        PENDING("Pending"),
        RUNNING("Running"),
        SUCCEEDED("Succeeded"),
        FAILED("Failed");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        /** Whether the pod has ended for good. */
        public boolean over() {
            return this == SUCCEEDED || this == FAILED;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** A pod that nobody has looked at yet. */
    public static final PodStatus NEW = new PodStatus(
            Phase.PENDING,
            "",
            List.<Ip>of(),
            ObjectMeta.NEVER,
            0,
            "",
            List.<ContainerStatus>of(),
            ObjectMeta.NEVER,
            List.<ContainerStatus>of());

    public PodStatus {
        podIps = List.copyOf(podIps);
        containers = List.copyOf(containers);
        initContainers = List.copyOf(initContainers);
    }

    public boolean ready() {
        return !readySince.equals(ObjectMeta.NEVER);
    }

    /** Whether it has been ready for this long at {@code now}. */
    public boolean availableAt(Instant now, int minReadySeconds) {
        return ready() && !readySince.plusSeconds(minReadySeconds).isAfter(now);
    }

    /** The same with another readiness; a pod that stays ready keeps the moment since when. */
    public PodStatus withReady(boolean ready, Instant now) {
        Instant since = ready ? (ready() ? readySince : now) : ObjectMeta.NEVER;
        return new PodStatus(phase, reason, podIps, startTime, pausePid, netns, containers, since, initContainers);
    }

    public PodStatus withPhase(Phase changed, String why) {
        return new PodStatus(changed, why, podIps, startTime, pausePid, netns, containers, readySince, initContainers);
    }

    /** The same with a sandbox: addresses, and the process and namespace that hold them. */
    public PodStatus withSandbox(List<Ip> ips, int pid, String netnsPath, Instant started) {
        return new PodStatus(phase, reason, ips, started, pid, netnsPath, containers, readySince, initContainers);
    }

    /** Whether it is ready, or has done its work. */
    public boolean isWell() {
        return ready() || phase() == Phase.SUCCEEDED;
    }
}
