package dev.fairlead.lab.model;

import dev.fairlead.packet.Protocol;

/**
 * A port of a Service.
 *
 * @param name may be empty when the Service has only this one
 * @param port 1 to 65535
 * @param nodePort where every node takes connections for it, 1 to 65535; 0 for nowhere, or in a manifest for any
 */
public record ServicePort(String name, Protocol protocol, int port, TargetPort targetPort, int nodePort) {

    /** Where on the pod it leads. */
    public sealed interface TargetPort {

        record Number(int port) implements TargetPort {
            @Override
            public String toString() {
                return Integer.toString(port);
            }
        }

        /** The name of a container port, which may be another number in each pod. */
        record Name(String name) implements TargetPort {
            @Override
            public String toString() {
                return name;
            }
        }
    }
}
