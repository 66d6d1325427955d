package dev.fairlead.lab.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.NetConfFiles;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Prefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The CNI configuration list of a node and where its plugins are: Fairlead's own, or somebody else's from a file.
 *
 * <p>A configuration from a file serves every node of the lab, and two nodes must not give out one address. So the texts
 * {@code ${POD_CIDR}} and {@code ${POD_CIDR_IPV6}} in it stand for the node's own prefixes; where host-local has a subnet
 * written out, it is replaced by the node's own when the lab has several nodes; and host-local keeps its leases in the lab.
 */
public record NodeCni(NetConfList list, Path bin) {
    /** The type of our plugin. */
    static final String FAIRLEAD = "fairlead-cni";

    /** Fairlead itself: the shim, told the socket of this node's agent. */
    public static NodeCni fairlead(Path nodeDirectory, Path bin) {
        ObjectNode list = CniJson.newObject().put("cniVersion", "1.1.0").put("name", "fairlead");
        list.putArray("plugins")
                .addObject()
                .put("type", FAIRLEAD)
                .put("socket", nodeDirectory.resolve("cni.sock").toString())
                .putObject("capabilities")
                .put("portMappings", true);
        return new NodeCni(NetConfList.read(CniJson.bytes(list)), bin);
    }

    /** What an agent in a process of its own has put in place. */
    public static NodeCni installed(Path conflist, Path bin) {
        return new NodeCni(NetConfFiles.load(conflist), bin);
    }

    /**
     * Somebody else's.
     *
     * @throws dev.fairlead.cni.CniException naming the file and what is wrong in it
     * @throws LabRefusal when a plugin isn't in {@code bin}
     */
    public static NodeCni foreign(Path conf, Path bin, NodeSlot slot, Path nodeDirectory, int nodes) {
        NetConfList asWritten = NetConfFiles.load(conf);
        String text = asWritten.text();
        for (Prefix cidr : slot.podCidrs()) {
            text = text.replace(cidr.family() == Family.IPV4 ? "${POD_CIDR}" : "${POD_CIDR_IPV6}", cidr.toString());
        }
        ObjectNode json = CniJson.object(text.getBytes(StandardCharsets.UTF_8));
        for (JsonNode plugin : json.path("plugins")) {
            if (plugin.path("ipam").path("type").asText().equals("host-local")) {
                hostLocal((ObjectNode) plugin.path("ipam"), slot, nodeDirectory, nodes);
            }
        }
        NodeCni cni = new NodeCni(NetConfList.read(CniJson.bytes(json)), bin);
        cni.requirePlugins(conf);
        return cni;
    }

    /** A plugin that isn't there is found out before the first pod needs it. */
    private void requirePlugins(Path conf) {
        for (var plugin : list.plugins()) {
            if (!Files.isExecutable(bin.resolve(plugin.type()))) {
                throw new LabRefusal(conf + " names plugin '" + plugin.type() + "', and " + bin
                        + " has no such program; say with --cni-bin where it is");
            }
        }
    }

    /** Its leases, by default in a directory of the host, belong to the node. */
    private static void hostLocal(ObjectNode ipam, NodeSlot slot, Path nodeDirectory, int nodes) {
        if (!ipam.has("dataDir")) {
            ipam.put("dataDir", nodeDirectory.resolve("host-local").toString());
        }
        if (nodes > 1) {
            ownSubnet(ipam, slot);
            for (JsonNode group : ipam.path("ranges")) {
                group.forEach(range -> ownSubnet(range, slot));
            }
        }
    }

    private static void ownSubnet(JsonNode holder, NodeSlot slot) {
        if (holder instanceof ObjectNode range && range.has("subnet")) {
            boolean ipv6 = range.path("subnet").asText().indexOf(':') >= 0;
            for (Prefix cidr : slot.podCidrs()) {
                if ((cidr.family() == Family.IPV6) == ipv6
                        && !range.path("subnet").asText().equals(cidr.toString())) {
                    range.put("subnet", cidr.toString());
                    range.remove(java.util.List.of("rangeStart", "rangeEnd", "gateway"));
                }
            }
        }
    }
}
