package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ManifestException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a container does when it runs. */
public sealed interface Workload {

    /** {@code fairlead/http}: answers {@code /hostname}, {@code /clientip} and {@code /echo}. @param port 1 to 65535 */
    record Http(int port) implements Workload {}

    /** {@code fairlead/echo}: sends back what it gets, on TCP and on UDP. @param port 1 to 65535 */
    record Echo(int port) implements Workload {}

    /** {@code fairlead/dns}: answers the names of Services and pods, on TCP and on UDP. @param port 1 to 65535 */
    record Dns(int port) implements Workload {}

    /** {@code fairlead/client}: keeps asking a target. @param ratePerSecond above 0, to 10000 */
    record Client(Target target, Mode mode, double ratePerSecond) implements Workload {}

    /**
     * {@code host}: a program of the host.
     *
     * @param argv the program and its arguments, {@code $(NAME)} expanded; at least one
     * @param env in the order written, {@code $(NAME)} expanded; on top of the lab's own environment
     * @param workingDir empty for the root directory
     */
    record HostCommand(List<String> argv, Map<String, String> env, String workingDir) implements Workload {

        public HostCommand {
            argv = List.copyOf(argv);
        }
    }

    /** How a client asks. */
    enum Mode {
        TCP,
        UDP,
        HTTP
    }

    /**
     * Whom a client asks.
     *
     * @param host an address, or the name of a Service as its pod would write it: {@code web}, {@code web.shop}
     * @param port 1 to 65535
     * @param path for HTTP, beginning with {@code /}
     */
    record Target(String host, int port, String path) {

        /** {@code web:80} or {@code [fd00::1]:80}. */
        @Override
        public String toString() {
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    /**
     * What this container does.
     *
     * @throws ManifestException when image, command, arguments and variables don't fit together; its field is relative to
     *     the container. Never for a container that {@link ManifestReader} gave out.
     */
    static Workload of(Container container) {
        return new WorkloadReader(container).workload();
    }

    /** As {@link #of}, of a container that hasn't got all its variables yet; empty when they decide. */
    static Optional<Workload> early(Container container) {
        try {
            return Optional.of(of(container));
        } catch (ManifestException e) {
            if (container.hasLateEnv()) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
