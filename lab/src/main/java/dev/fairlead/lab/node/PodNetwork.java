package dev.fairlead.lab.node;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Attaches pods of a node to its network, by executing the plugins of one CNI configuration list and in no other way: any
 * network that speaks CNI can stand here.
 *
 * @param arguments capability arguments for plugins that declare them, such as {@code ipRanges} with the node's pod CIDR
 */
public record PodNetwork(
        CniRuntime runtime, NetConfList list, Map<String, com.fasterxml.jackson.databind.JsonNode> arguments) {
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
    public Attached attach(String containerId, String netns, String namespace, String pod, String uid) {
        AddResult result = runtime.add(list, parameters(containerId, netns, namespace, pod, uid));
        List<Ip> addresses = new ArrayList<>();
        for (IpConfig ip : result.ips()) {
            addresses.add(ip.address().address());
        }
        if (addresses.isEmpty()) {
            throw CniException.invalidConfig(
                    "network '" + list.name() + "' gave pod " + namespace + "/" + pod + " no address",
                    "a pod needs one; give the configuration an ipam section");
        }
        return new Attached(result, addresses);
    }

    /** DEL; succeeds also when the namespace has gone. */
    public void detach(String containerId, String netns, String namespace, String pod, String uid) {
        runtime.del(list, parameters(containerId, netns, namespace, pod, uid));
    }

    private AttachmentParameters parameters(
            String containerId, String netns, String namespace, String pod, String uid) {
        CniArgs args = CniArgs.of("IgnoreUnknown=1;K8S_POD_NAMESPACE=" + namespace + ";K8S_POD_NAME=" + pod
                + ";K8S_POD_INFRA_CONTAINER_ID=" + containerId + ";K8S_POD_UID=" + uid);
        AttachmentParameters parameters =
                AttachmentParameters.of(containerId, netns, INTERFACE).with(args);
        for (var argument : arguments.entrySet()) {
            parameters = parameters.withCapability(argument.getKey(), argument.getValue());
        }
        return parameters;
    }
}
