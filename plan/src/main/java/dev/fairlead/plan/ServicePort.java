package dev.fairlead.plan;

import dev.fairlead.packet.Protocol;

/**
 * One port of a core/v1 Service.
 *
 * @param name empty where the Service has a single port without a name
 * @param port 1 to 65535
 * @param targetPort as in the manifest, a number or a name; only shown. The number that a backend listens on comes from
 *     its {@link EndpointSlice}, because a named target port may be another number in each pod.
 * @param nodePort 1 to 65535, where every node takes connections for this port at its own address; 0 for nowhere
 */
public record ServicePort(String name, Protocol protocol, int port, String targetPort, int nodePort) {

    public ServicePort {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is outside 1 to 65535");
        }
        if (nodePort < 0 || nodePort > 65535) {
            throw new IllegalArgumentException("node port " + nodePort + " is outside 0 to 65535");
        }
    }

    /** A port without a node port. */
    public ServicePort(String name, Protocol protocol, int port, String targetPort) {
        this(name, protocol, port, targetPort, 0);
    }

    /** A port whose pods listen on the same number. */
    public ServicePort(String name, Protocol protocol, int port) {
        this(name, protocol, port, Integer.toString(port));
    }

    /** The same, and open at every node's own address. */
    public ServicePort onNodes(int at) {
        return new ServicePort(name, protocol, port, targetPort, at);
    }
}
