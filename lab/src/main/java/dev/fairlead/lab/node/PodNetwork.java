package dev.fairlead.lab.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.protocol.PortMapping;
import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Attaches pods of a node to its network, by executing the plugins of one CNI configuration list and in no other way: any
 * network that speaks CNI can stand here.
 *
 * @param arguments capability arguments for plugins that declare them, such as {@code ipRanges} with the node's pod CIDR
 */
public record PodNetwork(CniRuntime runtime, NetConfList list, Map<String, JsonNode> arguments) {
    /** As every Kubernetes runtime calls it. */
    public static final String INTERFACE = "eth0";

    /** What ADD gave. @param addresses those of the pod's interface, at least one */
    public record Attached(AddResult result, List<Ip> addresses) {}

    /** Whether Fairlead's own plugin is in it. */
    public boolean isFairlead() {
        return list.plugins().stream().anyMatch(plugin -> plugin.type().equals(NodeCni.FAIRLEAD));
    }

    /**
     * ADD. Also after a failure {@link #detach} must follow, as the specification asks of a runtime.
     *
     * @throws CniException of the plugin that failed
     */
    public Attached attach(Pod pod, String containerId, String netns) {
        AddResult result = runtime.add(list, parameters(pod, containerId, netns));
        List<Ip> addresses = new ArrayList<>();
        for (IpConfig ip : result.ips()) {
            addresses.add(ip.address().address());
        }
        if (addresses.isEmpty()) {
            throw CniException.invalidConfig(
                    "network '" + list.name() + "' gave pod " + pod.key() + " no address",
                    "a pod needs one; give the configuration an ipam section");
        }
        return new Attached(result, addresses);
    }

    /** DEL; succeeds also when the namespace has gone. */
    public void detach(Pod pod, String containerId, String netns) {
        runtime.del(list, parameters(pod, containerId, netns));
    }

    private AttachmentParameters parameters(Pod pod, String containerId, String netns) {
        ObjectMeta metadata = pod.metadata();
        CniArgs args = CniArgs.of("IgnoreUnknown=1;K8S_POD_NAMESPACE=" + metadata.namespace() + ";K8S_POD_NAME="
                + metadata.name() + ";K8S_POD_INFRA_CONTAINER_ID=" + containerId + ";K8S_POD_UID=" + metadata.uid());
        AttachmentParameters parameters =
                AttachmentParameters.of(containerId, netns, INTERFACE).with(args);
        for (var argument : arguments.entrySet()) {
            parameters = parameters.withCapability(argument.getKey(), argument.getValue());
        }
        List<ContainerPort> hostPorts = pod.spec().hostPorts();
        return hostPorts.isEmpty() ? parameters : parameters.withCapability("portMappings", mappings(hostPorts));
    }

    private static JsonNode mappings(List<ContainerPort> ports) {
        ArrayNode mappings = JsonNodeFactory.instance.arrayNode();
        for (ContainerPort port : ports) {
            Optional<Ip> hostIp = Ip.parse(port.hostIp());
            mappings.add(new PortMapping(port.hostPort(), port.containerPort(), port.protocol(), hostIp).json());
        }
        return mappings;
    }
}
