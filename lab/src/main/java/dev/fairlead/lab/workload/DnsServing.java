package dev.fairlead.lab.workload;

import dev.fairlead.dns.ClusterZone;
import dev.fairlead.dns.NameServer;
import dev.fairlead.kernel.netns.Netns;

/** Image {@code fairlead/dns}: answers the names of the cluster, on TCP and on UDP, on one port. */
public final class DnsServing implements Running {
    private final NameServer server;
    private final int port;

    private DnsServing(NameServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Listens on all addresses of a pod.
     *
     * @param port 1 to 65535, for both protocols
     */
    public static DnsServing start(Netns pod, String hostname, int port, ClusterZone zone) {
        ServingSockets sockets = ServingSockets.open(pod, "fairlead/dns", hostname, port);
        return new DnsServing(NameServer.start(sockets.udp(), sockets.tcp(), zone), port);
    }

    @Override
    public String summary() {
        return "names on port " + port + ", " + server.questions() + " questions";
    }

    @Override
    public void close() {
        server.close();
    }
}
