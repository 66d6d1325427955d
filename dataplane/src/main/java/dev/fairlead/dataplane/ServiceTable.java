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
import dev.fairlead.kernel.nftables.Rule;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.SetType;
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
import dev.fairlead.plan.services.StaleFlow;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps table {@code inet fairlead} of a node as its {@link ServicePlan} wants it. A change is one nfnetlink batch with what
 * differs, and costs what the change costs; connections that exist are not touched by it, since conntrack remembers them.
 * Stale flows go after the rules are in. Confined to one thread, but for {@link #text}.
 *
 * <p>Over 300 lines: each part of a plan and of the change between two is put into the table in one place.
 */
public final class ServiceTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceTable.class);

    private final OwnTable table;
    private final StaleFlows flows;
    private final ServicePlan nothing;
    private ServicePlan applied;
    private boolean whole = true;
    private final List<StaleFlow> stale = new ArrayList<>();

    private ServiceTable(OwnTable table, StaleFlows flows, String nodeName) {
        this.table = table;
        this.flows = flows;
        this.nothing = ServicePlan.empty(nodeName);
        this.applied = nothing;
    }

    /** The first {@link #apply} replaces what an earlier agent left. */
    public static ServiceTable start(Netns node, String nodeName) {
        OwnTable table = OwnTable.open(node, ServiceSchema.TABLE);
        try {
            return new ServiceTable(table, StaleFlows.of(node), nodeName);
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    /** What the table holds now. */
    public ServicePlan applied() {
        return applied;
    }

    /**
     * Brings the kernel from the plan before to this one. Where somebody else has changed our table since, it is made anew as
     * a whole; what others do to their own tables doesn't matter.
     *
     * @throws KernelException when the kernel refuses; the next call makes the table anew
     */
    public void apply(ServicePlan plan) {
        ServiceChange change = ServicePlan.diff(whole ? nothing : applied, plan);
        if (!whole) {
            whole = !changed(change);
        }
        if (whole) {
            change = ServicePlan.diff(nothing, plan);
            table.replace(changes(ServiceSchema.replaceTable(), change));
            whole = false;
        }
        logNewProblems(applied.problems(), plan.problems());
        applied = plan;
        stale.addAll(change.stale());
        flows.delete(stale);
        stale.clear(); // not before all went: what was refused is tried again by the next call
    }

    private static void logNewProblems(List<String> before, List<String> now) {
        Set<String> known = new HashSet<>(before);
        for (String problem : now) {
            if (!known.contains(problem)) {
                LOG.warn("{}", problem);
            }
        }
    }

    /** Whether the difference could be made. */
    private boolean changed(ServiceChange change) {
        Transaction difference = changes(new Transaction(), change);
        if (difference.isEmpty()) {
            return true;
        }
        try {
            boolean changed = table.change(difference);
            if (!changed) {
                LOG.warn("somebody else has changed table inet fairlead, so it is made anew");
            }
            return changed;
        } catch (KernelException e) {
            LOG.warn("table inet fairlead can't be changed and is made anew: {}", e.getMessage());
            return false;
        }
    }

    private static Transaction changes(Transaction t, ServiceChange change) {
        for (Family family : Family.values()) {
            Sets sets = ServiceSchema.sets(family);
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
                    sets.ownSources(),
                    change.ownSources(),
                    Prefix::family,
                    prefix -> sets.ownSources().element(prefix));
            members(
                    t,
                    family,
                    sets.hairpins(),
                    change.hairpins(),
                    Ip::family,
                    ip -> sets.hairpins().element(ip, ip));
        }
        frontends(t, change);
        // Last, for the case that it goes out in parts: until then what has no frontend yet is dropped and not refused.
        for (Family family : Family.values()) {
            Sets sets = ServiceSchema.sets(family);
            members(
                    t,
                    family,
                    sets.clusterIps(),
                    change.clusterIps(),
                    Ip::family,
                    ip -> sets.clusterIps().element(ip));
        }
        return t;
    }

    /** All that goes before all that comes: a chain may leave one address for another. */
    private static void frontends(Transaction t, ServiceChange change) {
        change.removed().forEach(frontend -> remove(t, frontend));
        for (ServiceChange.Changed pair : change.changed()) {
            if (!isOneRule(pair)) {
                remove(t, pair.before());
            }
        }
        for (ServiceChange.Changed pair : change.changed()) {
            if (isOneRule(pair)) {
                replaceRule(t, pair.after());
            } else {
                add(t, pair.after());
            }
        }
        change.added().forEach(frontend -> add(t, frontend));
    }

    private static boolean isOneRule(ServiceChange.Changed pair) {
        return pair.before().chain().equals(pair.after().chain())
                && !pair.before().rejects()
                && !pair.after().rejects();
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
        if (frontend.nodePort()) {
            t.add(sets(frontend).nodePorts(), List.of(nodePort(frontend)));
        }
        if (!frontend.rejects()) {
            Chain chain = chain(frontend);
            t.add(chain);
            t.add(rule(chain, frontend));
            t.add(sets(frontend).services(), List.of(element(frontend)));
        }
    }

    private static void remove(Transaction t, Frontend frontend) {
        if (frontend.nodePort()) {
            t.delete(sets(frontend).nodePorts(), List.of(nodePort(frontend)));
        }
        if (!frontend.rejects()) {
            Chain chain = chain(frontend);
            t.delete(sets(frontend).services(), List.of(element(frontend)));
            t.flush(chain);
            t.delete(chain);
        }
    }

    private static void replaceRule(Transaction t, Frontend frontend) {
        Chain chain = chain(frontend);
        t.flush(chain);
        t.add(rule(chain, frontend));
    }

    private static Sets sets(Frontend frontend) {
        return ServiceSchema.sets(frontend.key().ip().family());
    }

    private static Chain chain(Frontend frontend) {
        return ServiceSchema.TABLE.chain(frontend.chain());
    }

    private static Element nodePort(Frontend frontend) {
        FrontendKey key = frontend.key();
        return sets(frontend)
                .nodePorts()
                .element(key.ip(), key.protocol(), key.port())
                .commented(frontend.owner().toString());
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
        return table.text();
    }

    /** Takes the table out of the kernel. */
    public void clean() {
        table.replace(new Transaction().destroy(ServiceSchema.TABLE));
        whole = true;
    }

    /** Lets go of the kernel's door; the table stays. */
    @Override
    public void close() {
        table.close();
        flows.close();
    }
}
