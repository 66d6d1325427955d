package dev.fairlead.api.resource;

import dev.fairlead.packet.Prefix;
import java.util.List;
import java.util.Map;

/** The rules of every kind that has its own, by resource. */
public final class RuleBook {
    private RuleBook() {}

    /** @param serviceCidrs where Services get their addresses from, one or one of each family; the first family is the usual */
    public static Map<String, Rules> of(List<Prefix> serviceCidrs) {
        return Map.ofEntries(
                Map.entry(Resources.PODS.name(), new PodRules()),
                Map.entry(Resources.NODES.name(), new NodeRules()),
                Map.entry(Resources.SERVICES.name(), new ServiceRules(new ClusterAddresses(serviceCidrs))),
                Map.entry(Resources.DEPLOYMENTS.name(), new DeploymentRules()),
                Map.entry(Resources.REPLICA_SETS.name(), new ReplicaSetRules()),
                Map.entry(Resources.NAMESPACES.name(), new NamespaceRules()),
                Map.entry(Resources.CONFIG_MAPS.name(), new ContentRules("ConfigMap")),
                Map.entry(Resources.SECRETS.name(), new ContentRules("Secret")),
                Map.entry(Resources.EVENTS.name(), new EventRules()),
                Map.entry(Resources.ENDPOINT_SLICES.name(), new EndpointSliceRules()),
                Map.entry(Resources.NETWORK_POLICIES.name(), new NetworkPolicyRules()));
    }
}
