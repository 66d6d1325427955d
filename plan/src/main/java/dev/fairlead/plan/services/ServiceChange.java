package dev.fairlead.plan.services;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What makes one plan of another, and nothing that both hold. First the rules go in, all in one transaction; then the stale
 * flows go.
 *
 * @param added frontends that are new
 * @param removed frontends that are gone, as they were
 * @param changed frontends whose backends or owner changed
 * @param stale conntrack entries to delete after the rules are in, at most one for a frontend
 */
public record ServiceChange(
        List<Frontend> added,
        List<Frontend> removed,
        List<Changed> changed,
        Members<Ip> clusterIps,
        Members<Prefix> serviceCidrs,
        Members<Prefix> sources,
        Members<Prefix> ownSources,
        Members<Ip> hairpins,
        List<StaleFlow> stale) {

    /** A frontend before and after, with the same key. */
    public record Changed(Frontend before, Frontend after) {}

    /** What came to a set and what left it. */
    public record Members<T>(List<T> added, List<T> removed) {
        public boolean isEmpty() {
            return added.isEmpty() && removed.isEmpty();
        }
    }

    /** See {@link ServicePlan#diff}. */
    static ServiceChange between(ServicePlan before, ServicePlan after) {
        List<Frontend> added = new ArrayList<>();
        List<Frontend> removed = new ArrayList<>();
        List<Changed> changed = new ArrayList<>();
        List<StaleFlow> stale = new ArrayList<>();
        PersistentMap.differences(
                before.frontends(), after.frontends(), new PersistentMap.Differences<FrontendKey, Frontend>() {
                    @Override
                    public void added(FrontendKey key, Frontend frontend) {
                        added.add(frontend);
                        staleOfNew(frontend, stale);
                    }

                    @Override
                    public void removed(FrontendKey key, Frontend frontend) {
                        removed.add(frontend);
                        staleTo(key, frontend.lasting(), stale);
                    }

                    @Override
                    public void changed(FrontendKey key, Frontend was, Frontend is) {
                        if (!was.sameRules(is)) {
                            changed.add(new Changed(was, is));
                        }
                        staleOfChanged(was, is, stale);
                    }
                });
        return new ServiceChange(
                added,
                removed,
                changed,
                members(before.clusterIps(), after.clusterIps()),
                members(before.serviceCidrs(), after.serviceCidrs()),
                members(before.sources(), after.sources()),
                members(before.ownSources(), after.ownSources()),
                members(before.hairpins(), after.hairpins()),
                stale);
    }

    // ---- stale flows

    private static void staleOfNew(Frontend frontend, List<StaleFlow> stale) {
        if (frontend.key().protocol() != Protocol.TCP) {
            stale.add(new StaleFlow.NotTo(frontend.key(), frontend.lasting()));
        }
    }

    private static void staleOfChanged(Frontend was, Frontend is, List<StaleFlow> stale) {
        if (was.rejects() && !is.rejects()) {
            staleOfNew(is, stale);
            return;
        }
        List<IpPort> gone = new ArrayList<>(was.lasting());
        gone.removeAll(is.lasting());
        staleTo(is.key(), gone, stale);
    }

    private static void staleTo(FrontendKey key, List<IpPort> gone, List<StaleFlow> stale) {
        if (!gone.isEmpty()) {
            stale.add(new StaleFlow.To(key, List.copyOf(gone)));
        }
    }

    // ---- sets

    private static <T extends Comparable<? super T>> Members<T> members(
            PersistentMap<T, ?> before, PersistentMap<T, ?> after) {
        Members<T> members = new Members<>(new ArrayList<>(), new ArrayList<>());
        List<T> sameKey = new ArrayList<>();
        differences(before, after, new ChangedKeys<>(members.added, members.removed, sameKey));
        return members;
    }

    @SuppressWarnings("unchecked") // the values are only handed on as objects
    private static <T extends Comparable<? super T>> void differences(
            PersistentMap<T, ?> before, PersistentMap<T, ?> after, ChangedKeys<T> into) {
        PersistentMap.differences((PersistentMap<T, Object>) before, (PersistentMap<T, Object>) after, into);
    }

    private static <T extends Comparable<? super T>> Members<T> members(List<T> before, List<T> after) {
        return before.equals(after)
                ? new Members<>(List.of(), List.of())
                : new Members<>(without(after, before), without(before, after));
    }

    private static <T extends Comparable<? super T>> List<T> without(List<T> members, List<T> others) {
        TreeSet<T> left = new TreeSet<>(members);
        left.removeAll(new TreeSet<>(others));
        return List.copyOf(left);
    }

    /** Whether there is nothing to do, neither to rules nor to flows. */
    public boolean isEmpty() {
        return changesNoRules() && stale.isEmpty();
    }

    /** Whether the rules stay as they are. */
    public boolean changesNoRules() {
        return added.isEmpty()
                && removed.isEmpty()
                && changed.isEmpty()
                && clusterIps.isEmpty()
                && serviceCidrs.isEmpty()
                && sources.isEmpty()
                && ownSources.isEmpty()
                && hairpins.isEmpty();
    }

    // ---- text

    /** A line for each thing to do: {@code +} comes, {@code -} goes, {@code ~} changes, {@code !} flows to delete. */
    public String text() {
        StringBuilder text = new StringBuilder();
        removed.forEach(frontend -> text.append("- frontend ").append(frontend).append('\n'));
        changed.forEach(pair -> text.append("~ frontend ").append(pair.after).append('\n'));
        added.forEach(frontend -> text.append("+ frontend ").append(frontend).append('\n'));
        append(text, "cluster-ip", clusterIps);
        append(text, "service-cidr", serviceCidrs);
        append(text, "source", sources);
        append(text, "own-source", ownSources);
        append(text, "hairpin", hairpins);
        for (StaleFlow flows : stale) {
            text.append("! flows of ").append(flows.frontend());
            switch (flows) {
                case StaleFlow.To to -> append(text.append(" to"), to.gone());
                case StaleFlow.NotTo notTo -> append(text.append(" not to"), notTo.live());
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String what, Members<?> members) {
        members.removed.forEach(member ->
                text.append("- ").append(what).append(' ').append(member).append('\n'));
        members.added.forEach(member ->
                text.append("+ ").append(what).append(' ').append(member).append('\n'));
    }

    private static void append(StringBuilder text, Collection<IpPort> backends) {
        String separator = " ";
        for (IpPort backend : backends) {
            text.append(separator).append(backend);
            separator = ", ";
        }
        text.append(backends.isEmpty() ? " anybody\n" : "\n");
    }
}
