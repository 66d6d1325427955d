package dev.fairlead.lab.model;

import dev.fairlead.packet.Protocol;

/**
 * A port that a container says it listens on.
 *
 * @param name what a Service's {@code targetPort} may call it; may be empty
 * @param containerPort 1 to 65535
 */
public record ContainerPort(String name, int containerPort, Protocol protocol) {}
