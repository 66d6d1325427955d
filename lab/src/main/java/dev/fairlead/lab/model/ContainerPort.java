package dev.fairlead.lab.model;

import dev.fairlead.packet.Protocol;

/**
 * A port that a container says it listens on.
 *
 * @param name what a Service's {@code targetPort} may call it; may be empty
 * @param containerPort 1 to 65535
 * @param hostPort where the node leads to it; 0 for nowhere
 * @param hostIp the node's address that {@code hostPort} is at; empty for all
 */
public record ContainerPort(String name, int containerPort, Protocol protocol, int hostPort, String hostIp) {

    /** One that the node doesn't lead to. */
    public ContainerPort(String name, int containerPort, Protocol protocol) {
        this(name, containerPort, protocol, 0, "");
    }

    /** Whether one node can't have both host ports. */
    public boolean conflicts(ContainerPort other) {
        boolean sameIp = hostIp.equals(other.hostIp) || isAny(hostIp) || isAny(other.hostIp);
        return hostPort != 0 && hostPort == other.hostPort && protocol == other.protocol && sameIp;
    }

    private static boolean isAny(String ip) {
        return ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals("::");
    }
}
