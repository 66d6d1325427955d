package dev.fairlead.plan;

import dev.fairlead.packet.Protocol;

/**
 * One port of a core/v1 Service.
 *
 * @param name empty where the Service has a single port without a name
 * @param port 1 to 65535
 * @param targetPort as in the manifest, a number or a name; only shown. The number that a backend listens on comes from
 *     its {@link EndpointSlice}, because a named target port may be another number in each pod.
 */
public record ServicePort(String name, Protocol protocol, int port, String targetPort) {

    public ServicePort {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is outside 1 to 65535");
        }
    }

    /** A port whose pods listen on the same number. */
    public ServicePort(String name, Protocol protocol, int port) {
        this(name, protocol, port, Integer.toString(port));
    }
}
