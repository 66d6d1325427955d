package dev.fairlead.lab.model;

import dev.fairlead.lab.model.ServiceSpec.FamilyPolicy;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;

/**
 * Which address families a Service has, from what it asks for and what the lab offers; the rules are those of
 * {@code initIPFamilyFields} in the Kubernetes API server.
 */
record FamilyChoice(FamilyPolicy policy, List<Family> families) {

    /** @throws ManifestException when the request contradicts itself or the lab lacks a family */
    static FamilyChoice of(ServiceSpec spec, ServiceCidrs cidrs, Place place) {
        List<Family> families = asked(spec, place);
        FamilyPolicy policy = policy(spec, families, place);
        for (int i = 0; i < families.size(); i++) {
            if (cidrs.of(families.get(i)).isEmpty()) {
                throw place.refuse(
                        i < spec.ipFamilies().size() ? "spec.ipFamilies[" + i + "]" : "spec.clusterIPs[" + i + "]",
                        "the lab has no " + text(families.get(i)) + " Service addresses, only " + cidrs);
            }
        }
        if (families.isEmpty()) {
            families.add(cidrs.primary());
        }
        if (policy == FamilyPolicy.REQUIRE_DUAL_STACK && !cidrs.dualStack()) {
            throw place.refuse(
                    "spec.ipFamilyPolicy",
                    "the lab has Service addresses of one family only, " + cidrs
                            + "; use PreferDualStack or SingleStack");
        }
        if (policy != FamilyPolicy.SINGLE_STACK && cidrs.dualStack() && families.size() == 1) {
            families.add(families.getFirst() == Family.IPV4 ? Family.IPV6 : Family.IPV4);
        }
        return new FamilyChoice(policy, List.copyOf(families));
    }

    /** {@code ipFamilies}, and where that is shorter than {@code clusterIPs} the families of those. */
    private static List<Family> asked(ServiceSpec spec, Place place) {
        List<Family> families = new ArrayList<>(spec.ipFamilies());
        for (int i = 0; i < spec.clusterIps().size(); i++) {
            Ip ip = spec.clusterIps().get(i);
            if (i >= families.size()) {
                families.add(ip.family());
            } else if (families.get(i) != ip.family()) {
                throw place.refuse(
                        "spec.clusterIPs[" + i + "]",
                        ip + " is not an " + text(families.get(i)) + " address, but spec.ipFamilies[" + i
                                + "] asks for one");
            }
        }
        return families;
    }

    private static FamilyPolicy policy(ServiceSpec spec, List<Family> families, Place place) {
        FamilyPolicy asked = spec.ipFamilyPolicy();
        if (asked == FamilyPolicy.UNSET) {
            return families.size() == 2 ? FamilyPolicy.REQUIRE_DUAL_STACK : FamilyPolicy.SINGLE_STACK;
        }
        if (asked == FamilyPolicy.SINGLE_STACK && families.size() == 2) {
            throw place.refuse(
                    "spec.ipFamilyPolicy",
                    "SingleStack allows one family, but two are asked for; use RequireDualStack or PreferDualStack");
        }
        return asked;
    }

    static String text(Family family) {
        return family == Family.IPV4 ? "IPv4" : "IPv6";
    }
}
