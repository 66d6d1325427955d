package dev.fairlead.lab.model;

import dev.fairlead.packet.Ip;

/**
 * One pod behind one port of a Service, as an EndpointSlice has it.
 *
 * @param port on the pod, 1 to 65535
 * @param ready whether new connections should go to it
 * @param serving whether it answers, be it that it is being deleted
 * @param terminating whether its pod is being deleted
 */
public record Endpoint(
        Ip ip, int port, String nodeName, boolean ready, boolean serving, boolean terminating, ObjectKey pod) {}
