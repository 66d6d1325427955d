package dev.fairlead.web;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import java.util.List;

/**
 * What there is in a cluster at one moment.
 *
 * @param cluster its name
 * @param version another for each change, and growing
 */
public record Topology(String cluster, long version, List<Node> nodes, List<Pod> pods, List<Service> services) {

    public Topology {
        nodes = List.copyOf(nodes);
        pods = List.copyOf(pods);
        services = List.copyOf(services);
    }

    /** Something that is drawn. */
    sealed interface Drawn {
        /** By which it stays the same one when it changes. */
        String key();
    }

    /**
     * A machine.
     *
     * @param ips its own addresses on the network between nodes
     * @param podCidrs where its pods have theirs from
     * @param bridge name of the device that its pods are plugged into
     * @param uplink name of its device to other nodes
     */
    public record Node(String name, List<Ip> ips, List<Prefix> podCidrs, String bridge, String uplink, boolean ready)
            implements Drawn {
        public Node {
            ips = List.copyOf(ips);
            podCidrs = List.copyOf(podCidrs);
        }

        @Override
        public String key() {
            return name;
        }
    }

    /**
     * A pod.
     *
     * @param node its node's name; empty until it has one
     * @param phase as {@code kubectl get pods} has it, such as {@code Running} or {@code Terminating}
     * @param reason why it doesn't run; empty where there is nothing to say
     * @param hostNetwork whether it uses its node's network namespace
     * @param port name of the node's end of its veth pair; empty where there is none
     * @param pausePid the process that holds its namespaces; 0 where there is none
     */
    public record Pod(
            String namespace,
            String name,
            String node,
            List<Ip> ips,
            String phase,
            boolean ready,
            String reason,
            boolean hostNetwork,
            String port,
            int pausePid,
            List<Container> containers)
            implements Drawn {
        public Pod {
            ips = List.copyOf(ips);
            containers = List.copyOf(containers);
        }

        @Override
        public String key() {
            return namespace + "/" + name;
        }
    }

    /**
     * A container of a pod.
     *
     * @param state {@code Running}, {@code CrashLoopBackOff} and the like
     * @param ports on which it says that it listens
     */
    public record Container(String name, String image, String state, int restarts, List<Integer> ports) {
        public Container {
            ports = List.copyOf(ports);
        }
    }

    /**
     * A Service.
     *
     * @param ips empty for a headless one
     */
    public record Service(String namespace, String name, List<Ip> ips, List<Port> ports, List<Endpoint> endpoints)
            implements Drawn {
        public Service {
            ips = List.copyOf(ips);
            ports = List.copyOf(ports);
            endpoints = List.copyOf(endpoints);
        }

        @Override
        public String key() {
            return namespace + "/" + name;
        }
    }

    /** @param name may be empty @param target number or name of a container's port */
    public record Port(String name, Protocol protocol, int port, String target) {}

    /** A pod behind a Service. @param pod {@code namespace/name} @param portName of the Service's port */
    public record Endpoint(String pod, Ip ip, int port, String portName, boolean ready) {}
}
