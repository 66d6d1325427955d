package dev.fairlead.dataplane;

import static dev.fairlead.kernel.nftables.Fields.META_L4PROTO;
import static dev.fairlead.kernel.nftables.Nats.dnat;

import dev.fairlead.dataplane.ServiceSchema.Sets;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Element;
import dev.fairlead.kernel.nftables.Generator;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Rule;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.SetType;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.services.Frontend;
import dev.fairlead.plan.services.FrontendKey;
import dev.fairlead.plan.services.ServiceChange;
import dev.fairlead.plan.services.ServiceChange.Members;
import dev.fairlead.plan.services.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps table {@code inet fairlead} of a node as its {@link ServicePlan} wants it. A change is one nfnetlink batch with what
 * differs, and costs what the change costs; connections that exist are not touched by it, since conntrack remembers them.
 * Stale flows go after the rules are in. Confined to one thread, but for {@link #text}.
 */
public final class ServiceTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceTable.class);

    private final Nftables nftables;
    private final StaleFlows flows;
    private final ServicePlan nothing;
    private ServicePlan applied;
    private boolean whole = true;

    private ServiceTable(Nftables nftables, StaleFlows flows, String nodeName) {
        this.nftables = nftables;
        this.flows = flows;
        this.nothing = ServicePlan.empty(nodeName);
        this.applied = nothing;
    }

    /** The first {@link #apply} replaces what an earlier agent left. */
    public static ServiceTable start(Netns node, String nodeName) {
        Nftables nftables = Nftables.open(node);
        return new ServiceTable(nftables, StaleFlows.of(node), nodeName);
    }

    /** What the table holds now. */
    public ServicePlan applied() {
        return applied;
    }

    /**
     * Brings the kernel from the plan before to this one. Where the kernel refuses the difference, because somebody else has
     * changed our table, the table is made anew as a whole.
     *
     * @throws KernelException when that is refused too; the next call makes the table anew
     */
    public void apply(ServicePlan plan) {
        ServiceChange change = ServicePlan.diff(whole ? nothing : applied, plan);
        if (!whole) {
            try {
                commit(new Transaction(), change);
            } catch (KernelException e) {
                LOG.warn("table inet fairlead is not as it was left and is made anew: {}", e.getMessage());
                whole = true;
                change = ServicePlan.diff(nothing, plan);
            }
        }
        if (whole) {
            commit(ServiceSchema.replaceTable(), change);
            whole = false;
        }
        applied = plan;
        plan.problems().forEach(problem -> LOG.warn("{}", problem));
        flows.delete(change.stale());
    }

    private void commit(Transaction t, ServiceChange change) {
        for (Family family : Family.values()) {
            Sets sets = ServiceSchema.sets(family);
            members(
                    t,
                    family,
                    sets.clusterIps(),
                    change.clusterIps(),
                    ip -> ip.family(),
                    ip -> sets.clusterIps().element(ip));
            members(
                    t,
                    family,
                    sets.serviceCidrs(),
                    change.serviceCidrs(),
                    Prefix::family,
                    prefix -> sets.serviceCidrs().element(prefix));
            members(
                    t,
                    family,
                    sets.sources(),
                    change.sources(),
                    Prefix::family,
                    prefix -> sets.sources().element(prefix));
            members(
                    t,
                    family,
                    sets.hairpins(),
                    change.hairpins(),
                    Ip::family,
                    ip -> sets.hairpins().element(ip, ip));
        }
        change.removed().forEach(frontend -> remove(t, frontend));
        for (ServiceChange.Changed pair : change.changed()) {
            change(t, pair.before(), pair.after());
        }
        change.added().forEach(frontend -> add(t, frontend));
        if (!t.isEmpty()) {
            nftables.commit(t);
        }
    }

    private static <T> void members(
            Transaction t,
            Family family,
            NftSet set,
            Members<T> members,
            Function<T, Family> familyOf,
            Function<T, Element> element) {
        // Out before in: an interval may be replaced by one that overlaps it.
        List<Element> gone = elements(family, members.removed(), familyOf, element);
        if (!gone.isEmpty()) {
            t.delete(set, gone);
        }
        List<Element> come = elements(family, members.added(), familyOf, element);
        if (!come.isEmpty()) {
            t.add(set, come);
        }
    }

    private static <T> List<Element> elements(
            Family family, List<T> members, Function<T, Family> familyOf, Function<T, Element> element) {
        List<Element> elements = new ArrayList<>();
        for (T member : members) {
            if (familyOf.apply(member) == family) {
                elements.add(element.apply(member));
            }
        }
        return elements;
    }

    // ---- frontends

    /** A frontend without backends has no chain: what isn't translated is refused afterwards. */
    private static void add(Transaction t, Frontend frontend) {
        if (!frontend.rejects()) {
            Chain chain = chain(frontend);
            t.add(chain);
            t.add(rule(chain, frontend));
            t.add(sets(frontend).services(), List.of(element(frontend)));
        }
    }

    private static void remove(Transaction t, Frontend frontend) {
        if (!frontend.rejects()) {
            Chain chain = chain(frontend);
            t.delete(sets(frontend).services(), List.of(element(frontend)));
            t.flush(chain);
            t.delete(chain);
        }
    }

    private static void change(Transaction t, Frontend before, Frontend after) {
        boolean sameChain = before.owner().equals(after.owner()) && !before.rejects() && !after.rejects();
        if (sameChain) {
            Chain chain = chain(after);
            t.flush(chain);
            t.add(rule(chain, after));
        } else {
            remove(t, before);
            add(t, after);
        }
    }

    private static Sets sets(Frontend frontend) {
        return ServiceSchema.sets(frontend.key().ip().family());
    }

    /** Named as kube-proxy names them; IPv6 chains are told apart, as both families are in one table here. */
    private static Chain chain(Frontend frontend) {
        String prefix = frontend.key().ip().isIpv4() ? "service-" : "service6-";
        return ServiceSchema.TABLE.chain(
                frontend.owner().chain(prefix, frontend.key().protocol()));
    }

    private static Element element(Frontend frontend) {
        FrontendKey key = frontend.key();
        return sets(frontend)
                .services()
                .element(key.ip(), key.protocol(), key.port())
                .maps(Verdict.goTo(chain(frontend).name()))
                .commented(frontend.owner().toString());
    }

    private static Rule rule(Chain chain, Frontend frontend) {
        List<IpPort> backends = frontend.backends();
        if (backends.size() == 1) {
            IpPort only = backends.getFirst();
            return chain.rule(META_L4PROTO.is(frontend.key().protocol()), dnat(only.ip(), only.port()));
        }
        ScalarType address = frontend.key().ip().isIpv4() ? ScalarType.IPV4_ADDR : ScalarType.IPV6_ADDR;
        SetType target = SetType.of(address, ScalarType.INET_SERVICE);
        List<Bytes> values = new ArrayList<>();
        for (IpPort backend : backends) {
            values.add(target.value(backend.ip(), backend.port()));
        }
        return chain.rule(
                META_L4PROTO.is(frontend.key().protocol()),
                dnat(Generator.random(values.size()).values(target, values)));
    }

    // ---- the rest

    /** The table as {@code nft list table inet fairlead} prints it; empty when there is none. */
    public String text() {
        Optional<Ruleset> ruleset = nftables.read(TableFamily.INET, ServiceSchema.TABLE.name());
        return ruleset.map(Ruleset::text).orElse("");
    }

    /** Takes the table out of the kernel. */
    public void clean() {
        nftables.commit(new Transaction().add(ServiceSchema.TABLE).delete(ServiceSchema.TABLE));
        whole = true;
    }

    /** Lets go of the kernel's door; the table stays. */
    @Override
    public void close() {
        nftables.close();
        flows.close();
    }
}
