package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.List;
import java.util.Map;

/**
 * What a Service is.
 *
 * @param selector labels that its pods have; empty for a Service without endpoints
 * @param headless {@code clusterIP: None}, or an alias: names only, no address
 * @param clusterIps its addresses in the order of {@code ipFamilies}; in a manifest those that were asked for
 * @param ipFamilies in a manifest those that were asked for
 * @param publishNotReadyAddresses whether endpoints count as ready whatever their pods say
 * @param original the spec as it was written; must not be changed
 */
public record ServiceSpec(
        List<ServicePort> ports,
        Map<String, String> selector,
        boolean headless,
        List<Ip> clusterIps,
        FamilyPolicy ipFamilyPolicy,
        List<Family> ipFamilies,
        boolean publishNotReadyAddresses,
        JsonNode original) {

    /** {@code spec.ipFamilyPolicy}. */
    public enum FamilyPolicy {
        /** Only in a manifest: the store decides. */
        UNSET(""),
        SINGLE_STACK("SingleStack"),
        PREFER_DUAL_STACK("PreferDualStack"),
        REQUIRE_DUAL_STACK("RequireDualStack");

        private final String text;

        FamilyPolicy(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public ServiceSpec {
        ports = List.copyOf(ports);
        selector = Ordered.copy(selector);
        clusterIps = List.copyOf(clusterIps);
        ipFamilies = List.copyOf(ipFamilies);
    }

    /** The name that it stands for, {@code externalName} of type ExternalName; empty for every other Service. */
    public String alias() {
        return original.path("type").asText().equals("ExternalName")
                ? original.path("externalName").asText()
                : "";
    }

    ServiceSpec withAddresses(List<Ip> ips, FamilyPolicy policy, List<Family> families, boolean isHeadless) {
        return new ServiceSpec(ports, selector, isHeadless, ips, policy, families, publishNotReadyAddresses, original);
    }
}
