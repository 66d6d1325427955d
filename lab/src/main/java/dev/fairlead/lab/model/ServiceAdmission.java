package dev.fairlead.lab.model;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives a Service from a manifest its families and addresses, or refuses it. */
final class ServiceAdmission {
    private final ClusterIps.Draft ips;
    private final ServiceCidrs cidrs;

    ServiceAdmission(ClusterIps.Draft ips, ServiceCidrs cidrs) {
        this.ips = ips;
        this.cidrs = cidrs;
    }

    /**
     * The families, and those addresses that were asked for or that the Service has already. For all Services before
     * {@link #filled} for any, so that none takes at random what another asks for by number.
     */
    Service resolved(Service written, Optional<Service> before, Place place) {
        if (!written.spec().alias().isEmpty()) {
            return written; // it has neither
        }
        Optional<Service> existing = before.filter(old -> old.spec().alias().isEmpty());
        ServiceSpec asked =
                existing.map(old -> kept(written.spec(), old.spec(), place)).orElse(written.spec());
        FamilyChoice choice = FamilyChoice.of(asked, cidrs, place);
        for (int i = 0; i < asked.clusterIps().size(); i++) {
            Ip ip = asked.clusterIps().get(i);
            String refusal = ips.refusal(ip, place.object().title());
            if (!refusal.isEmpty()) {
                throw place.refuse(i == 0 ? "spec.clusterIP" : "spec.clusterIPs[" + i + "]", ip + refusal);
            }
            ips.hold(ip, place.object().title());
        }
        // a dual-stack Service that becomes single keeps the address of its first family only
        List<Ip> fitting = asked.clusterIps()
                .subList(
                        0, Math.min(asked.clusterIps().size(), choice.families().size()));
        return new Service(
                written.metadata(), asked.withAddresses(fitting, choice.policy(), choice.families(), asked.headless()));
    }

    /** The same with an address for each family that has none yet. */
    Service filled(Service resolved, Place place) {
        ServiceSpec spec = resolved.spec();
        if (spec.headless() || spec.clusterIps().size() == spec.ipFamilies().size()) {
            return resolved;
        }
        List<Ip> all = new ArrayList<>(spec.clusterIps());
        for (Family family :
                spec.ipFamilies().subList(all.size(), spec.ipFamilies().size())) {
            all.add(ips.allocate(family, place.object().title())
                    .orElseThrow(() -> place.refuse(
                            "spec.clusterIP",
                            "no address is left in the Service range "
                                    + cidrs.of(family).orElseThrow() + "; delete a Service that is no longer used")));
        }
        return new Service(
                resolved.metadata(), spec.withAddresses(all, spec.ipFamilyPolicy(), spec.ipFamilies(), false));
    }

    /** What is asked for by a change of {@code old}: what isn't said stays; addresses and the first family must stay. */
    private static ServiceSpec kept(ServiceSpec written, ServiceSpec old, Place place) {
        boolean unsaid = written.clusterIps().isEmpty() && !written.headless();
        if (!unsaid && written.headless() != old.headless()) {
            throw changed(text(old), text(written), place);
        }
        for (int i = 0;
                i < Math.min(written.clusterIps().size(), old.clusterIps().size());
                i++) {
            if (!written.clusterIps().get(i).equals(old.clusterIps().get(i))) {
                throw changed(
                        old.clusterIps().get(i).toString(),
                        written.clusterIps().get(i).toString(),
                        place);
            }
        }
        if (!written.ipFamilies().isEmpty()
                && written.ipFamilies().getFirst() != old.ipFamilies().getFirst()) {
            throw place.refuse(
                    "spec.ipFamilies[0]",
                    "the first family cannot change from "
                            + FamilyChoice.text(old.ipFamilies().getFirst())
                            + "; delete the Service and create it again");
        }
        return merged(written, old);
    }

    private static ServiceSpec merged(ServiceSpec written, ServiceSpec old) {
        boolean samePolicy = written.ipFamilyPolicy() == ServiceSpec.FamilyPolicy.UNSET
                && written.ipFamilies().isEmpty()
                && written.clusterIps().size() < 2;
        ServiceSpec.FamilyPolicy policy = samePolicy ? old.ipFamilyPolicy() : written.ipFamilyPolicy();
        boolean single = policy == ServiceSpec.FamilyPolicy.SINGLE_STACK;
        List<Ip> ips = written.clusterIps().size() > old.clusterIps().size() ? written.clusterIps() : old.clusterIps();
        List<Family> families = written.ipFamilies().isEmpty() ? old.ipFamilies() : written.ipFamilies();
        return written.withAddresses(
                single ? firstOf(ips) : ips,
                policy,
                single && written.ipFamilies().isEmpty() ? firstOf(families) : families,
                old.headless());
    }

    private static <T> List<T> firstOf(List<T> list) {
        return list.subList(0, Math.min(1, list.size()));
    }

    private static ManifestException changed(String from, String to, Place place) {
        return place.refuse(
                "spec.clusterIP",
                "cannot change from " + from + " to " + to + "; delete the Service and create it again");
    }

    private static String text(ServiceSpec spec) {
        return spec.headless() ? "None" : spec.clusterIps().getFirst().toString();
    }
}
