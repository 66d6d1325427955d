package dev.fairlead.plan.services;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.PersistentMap;
import dev.fairlead.plan.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one node's data path must hold for the Services of a cluster. Made in full by {@link #of}, or from the plan before by
 * {@link #next}, which looks only at the Services that changed; both give the same plan.
 *
 * <p>The same for IPv4 and IPv6. Node ports are open at the node's first address of each family, as {@code --nodeport-addresses
 * primary} of kube-proxy has it, and not at 127.0.0.1. What comes by one is masqueraded ({@code externalTrafficPolicy: Cluster}),
 * unless it comes from this node or its pods, whose replies pass here anyway.
 */
public final class ServicePlan {
    private final String node;
    private final ClusterPicture picture;
    private final Claims<FrontendKey, Frontend> frontends;
    private final Claims<Ip, ServiceName> clusterIps;
    private final Claims<Ip, ServiceName> hairpins;
    private final List<Prefix> serviceCidrs;
    private final List<Prefix> sources;
    private final List<Prefix> ownSources;

    private ServicePlan(
            String node,
            ClusterPicture picture,
            Claims<FrontendKey, Frontend> frontends,
            Claims<Ip, ServiceName> clusterIps,
            Claims<Ip, ServiceName> hairpins,
            List<Prefix> serviceCidrs,
            List<Prefix> sources,
            List<Prefix> ownSources) {
        this.node = node;
        this.picture = picture;
        this.frontends = frontends;
        this.clusterIps = clusterIps;
        this.hairpins = hairpins;
        this.serviceCidrs = serviceCidrs;
        this.sources = sources;
        this.ownSources = ownSources;
    }

    /** The plan of a node that knows of no Services: what to compare a first plan with. */
    public static ServicePlan empty(String nodeName) {
        return new ServicePlan(
                nodeName,
                ClusterPicture.EMPTY,
                Claims.none(),
                Claims.none(),
                Claims.none(),
                List.of(),
                List.of(),
                List.of());
    }

    /** The plan of a node, whether or not the node is in the picture yet. */
    public static ServicePlan of(ClusterPicture picture, String nodeName) {
        SortedSet<ServiceName> all = new TreeSet<>(picture.services().keySet());
        return empty(nodeName).with(picture, all);
    }

    /**
     * This node's plan for a later picture. Takes O(d log n) where d Services of n changed, and as long as {@link #of} where
     * this node's own addresses did.
     */
    @SuppressWarnings("ReferenceEquality") // a picture that didn't change is the same object
    public ServicePlan next(ClusterPicture later) {
        if (later == picture) {
            return this;
        }
        // Endpoints that name no node are told by this node's addresses, so a change of these may concern any Service.
        if (!later.node(node).equals(picture.node(node))) {
            return of(later, node);
        }
        SortedSet<ServiceName> changed = new TreeSet<>();
        ChangedKeys<ServiceName> into = new ChangedKeys<>(changed, changed, changed);
        PersistentMap.differences(picture.services(), later.services(), into);
        PersistentMap.differences(picture.slices(), later.slices(), into);
        return with(later, changed);
    }

    @SuppressWarnings("ReferenceEquality") // so are the nodes
    private ServicePlan with(ClusterPicture later, SortedSet<ServiceName> changed) {
        Claims<FrontendKey, Frontend> nowFrontends = frontends;
        Claims<Ip, ServiceName> nowClusterIps = clusterIps;
        Claims<Ip, ServiceName> nowHairpins = hairpins;
        for (ServiceName service : changed) {
            Part before = Part.of(picture, service, node);
            Part after = Part.of(later, service, node);
            nowFrontends = frontends(nowFrontends, before, after);
            nowClusterIps = addresses(nowClusterIps, service, before.clusterIps(), after.clusterIps());
            nowHairpins = addresses(nowHairpins, service, before.hairpins(), after.hairpins());
        }
        boolean sameNodes = later.nodes() == picture.nodes();
        return new ServicePlan(
                node,
                later,
                nowFrontends,
                nowClusterIps,
                nowHairpins,
                apart(later.serviceCidrs()),
                sameNodes ? sources : sources(later.nodes().values()),
                sameNodes ? ownSources : sources(later.node(node).stream().toList()));
    }

    private static Claims<FrontendKey, Frontend> frontends(
            Claims<FrontendKey, Frontend> claims, Part before, Part after) {
        Claims<FrontendKey, Frontend> changed = claims;
        for (Frontend frontend : before.frontends().values()) {
            Frontend stays = after.frontends().get(frontend.key());
            if (stays == null || stays.compareTo(frontend) != 0) {
                changed = changed.without(frontend.key(), frontend);
            }
        }
        for (Frontend frontend : after.frontends().values()) {
            changed = changed.with(frontend.key(), frontend);
        }
        return changed;
    }

    private static Claims<Ip, ServiceName> addresses(
            Claims<Ip, ServiceName> claims, ServiceName service, SortedSet<Ip> before, SortedSet<Ip> after) {
        Claims<Ip, ServiceName> changed = claims;
        for (Ip ip : before) {
            changed = after.contains(ip) ? changed : changed.without(ip, service);
        }
        for (Ip ip : after) {
            changed = changed.with(ip, service);
        }
        return changed;
    }

    private static List<Prefix> sources(Iterable<Node> nodes) {
        List<Prefix> sources = new ArrayList<>();
        for (Node node : nodes) {
            sources.addAll(node.podCidrs());
            node.addresses().forEach(ip -> sources.add(ip.asPrefix()));
        }
        return apart(sources);
    }

    /** Sorted and without those that lie in another: nftables refuses overlapping intervals in one set. */
    private static List<Prefix> apart(List<Prefix> prefixes) {
        List<Prefix> apart = new ArrayList<>();
        for (Prefix prefix : new TreeSet<>(prefixes)) {
            if (apart.isEmpty() || !apart.getLast().contains(prefix.address())) {
                apart.add(prefix);
            }
        }
        return List.copyOf(apart);
    }

    /**
     * What to do so that {@code after} holds where {@code before} did; takes O(d log n) where one was made from the other.
     * Compared with {@link #empty} every frontend is new, so the stale flows are then those that were left by an agent of
     * before.
     */
    public static ServiceChange diff(ServicePlan before, ServicePlan after) {
        return ServiceChange.between(before, after);
    }

    // ---- what it holds

    /** The node whose plan this is. */
    public String node() {
        return node;
    }

    /** What it was made from. */
    public ClusterPicture picture() {
        return picture;
    }

    /** Every port of every ClusterIP, and every node port at this node's address. */
    public PersistentMap<FrontendKey, Frontend> frontends() {
        return frontends.holders();
    }

    /** Every ClusterIP: traffic to one that meets no frontend is refused. */
    public PersistentMap<Ip, ServiceName> clusterIps() {
        return clusterIps.holders();
    }

    /** The ranges of ClusterIPs, apart and sorted: traffic to an address in them that no Service has is dropped. */
    public List<Prefix> serviceCidrs() {
        return serviceCidrs;
    }

    /**
     * Pod CIDRs and node addresses, apart and sorted: replies to these come back to the node that translated. What comes
     * from elsewhere to a ClusterIP is masqueraded.
     */
    public List<Prefix> sources() {
        return sources;
    }

    /** This node's pod CIDRs and addresses, apart and sorted: replies to these come back here whoever answers. */
    public List<Prefix> ownSources() {
        return ownSources;
    }

    /**
     * Addresses of this node's endpoints: a translated packet whose source and destination are both the same one of these is
     * masqueraded, because the pod would answer itself directly and never see the virtual address again. By address alone,
     * not with port and protocol as kube-proxy: a packet from a pod to itself that was translated is always this case.
     */
    public PersistentMap<Ip, ServiceName> hairpins() {
        return hairpins.holders();
    }

    /** A sentence for each address and port that two Services claim. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        frontends
                .waiting()
                .forEach((key, waiting) -> problems.add("Services "
                        + frontends().getOrDefault(key, waiting.getFirst()).owner() + " and "
                        + waiting.getFirst().owner()
                        + " both claim " + key + "; the first has it until the other's "
                        + (waiting.getFirst().nodePort() ? "node port" : "ClusterIP") + " changes"));
        return problems;
    }

    // ---- what it does

    /** What happens to the first packet of a flow that this node sends or forwards. */
    public Decision decide(Flow flow) {
        IpPort to = flow.destination();
        if (!flow.protocol().hasPorts()) {
            return decide(to.ip());
        }
        Optional<Frontend> frontend = frontends().find(new FrontendKey(to.ip(), flow.protocol(), to.port()));
        if (frontend.isEmpty()) {
            return unclaimed(to.ip(), "which has no such port");
        }
        if (frontend.get().rejects()) {
            return new Decision.Reject("Service port " + frontend.get().owner() + " has no endpoints");
        }
        Ip from = flow.source().ip();
        List<Prefix> answeredHere = frontend.get().nodePort() ? ownSources : sources;
        boolean fromOutside = answeredHere.stream().noneMatch(source -> source.contains(from));
        List<Decision.Target> targets = new ArrayList<>();
        for (IpPort backend : frontend.get().backends()) {
            boolean toItself = backend.ip().equals(from) && hairpins().containsKey(from);
            targets.add(new Decision.Target(backend, fromOutside || toItself));
        }
        return new Decision.Dnat(frontend.get(), List.copyOf(targets));
    }

    /** What happens to a packet of a protocol without ports, such as a ping. */
    public Decision decide(Ip destination) {
        return unclaimed(destination, "which answers at its ports alone, and a ping has none");
    }

    /** To nobody's port. @param why a Service that has the address doesn't take it */
    private Decision unclaimed(Ip destination, String why) {
        Optional<ServiceName> service = clusterIps().find(destination);
        if (service.isPresent()) {
            return new Decision.Reject(destination + " is the ClusterIP of Service " + service.get() + ", " + why);
        }
        for (Prefix cidr : serviceCidrs) {
            if (cidr.contains(destination)) {
                return new Decision.Drop(destination + " is in the Service range " + cidr + " and no Service has it");
            }
        }
        return new Decision.Pass();
    }

    /** One line for each thing that the data path holds. */
    public String text() {
        StringBuilder text = new StringBuilder();
        frontends()
                .values()
                .forEach(frontend -> text.append("frontend ").append(frontend).append('\n'));
        clusterIps()
                .forEach((ip, service) -> text.append("cluster-ip ")
                        .append(ip)
                        .append(' ')
                        .append(service)
                        .append('\n'));
        serviceCidrs.forEach(cidr -> text.append("service-cidr ").append(cidr).append('\n'));
        sources.forEach(source -> text.append("source ").append(source).append('\n'));
        ownSources.forEach(source -> text.append("own-source ").append(source).append('\n'));
        hairpins().keySet().forEach(ip -> text.append("hairpin ").append(ip).append('\n'));
        problems().forEach(problem -> text.append("# ").append(problem).append('\n'));
        return text.toString();
    }
}
