package dev.fairlead.agent;

import dev.fairlead.cluster.ClusterFollower;
import dev.fairlead.cluster.Progress;
import dev.fairlead.cni.plugin.Delegation;
import dev.fairlead.cni.plugin.PluginProtocol;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.cni.runtime.ResultCache;
import dev.fairlead.dataplane.PeerRoutes;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.dataplane.ServiceTable;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.ipam.Ipam;
import dev.fairlead.plan.ipam.PodMac;
import dev.fairlead.plan.ipam.Range;
import dev.fairlead.trace.observe.Eyes;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agent of one node: serves CNI calls and keeps routes and Services as the cluster's picture wants them. Everything it
 * does to the kernel it does through sockets in the node's namespace. Safe from any thread.
 */
public final class NodeAgent implements AutoCloseable {
    /** For an IPAM plugin. Less than the 60 s after which the shim gives up, so that its failure can still be told. */
    private static final Duration DELEGATE_PATIENCE = Duration.ofSeconds(45);

    private final AgentConfig config;
    private final Rtnetlink rtnetlink;
    private final ServiceTable services;
    private final PictureLoop loop;
    private final Following following;
    private final Optional<Pods> pods;
    private final TraceDoor traces;

    /** What an agent that wires pods has beside the rest. */
    private record Pods(
            LeaseBook leases,
            PodBridge bridge,
            PodGuard guard,
            PodWiring wiring,
            PodFeature features,
            CniDoor door,
            ReconcileLoop truth) {}

    private NodeAgent(
            AgentConfig config,
            Rtnetlink rtnetlink,
            ServiceTable services,
            PictureLoop loop,
            Following following,
            Optional<Pods> pods,
            TraceDoor traces) {
        this.config = config;
        this.rtnetlink = rtnetlink;
        this.services = services;
        this.loop = loop;
        this.following = following;
        this.pods = pods;
        this.traces = traces;
    }

    /** Starts: what an earlier agent left in the node's kernel is taken over or replaced. The CNI door opens last. */
    public static NodeAgent start(AgentConfig config) {
        return start(config, Steps.UNHEARD);
    }

    /** As {@link #start(AgentConfig)}, and tells of every step of every CNI call. */
    static NodeAgent start(AgentConfig config, Steps steps) {
        // What is wrong with the call or the disk must be said before anything is made.
        Optional<LeaseBook> leases = Optional.empty();
        if (!config.podCidrs().isEmpty()) {
            var _ = Ipam.of(pools(config));
            PodMtu.require(config);
            CniDoor.requireFree(config.socket());
            leases = Optional.of(
                    LeaseBook.open(config.stateDirectory(), pools(config), InstantSource.system(), steps::made));
        }
        Rtnetlink rtnetlink = Rtnetlink.open(config.node());
        try {
            Optional<PodBridge> bridge = leases.map(book -> PodBridge.start(config.node(), rtnetlink, bridge(config)));
            steps.made("the bridge");
            ServiceTable services = ServiceTable.start(config.node(), config.nodeName());
            PictureLoop loop = new PictureLoop(config, PeerRoutes.start(rtnetlink), services);
            Following following = new Following(loop);
            try {
                TraceDoor traces = TraceDoor.open(TraceDoor.beside(config.socket()), TraceDoor.eyes(config));
                try {
                    Optional<Pods> pods =
                            leases.map(book -> servePods(config, bridge.orElseThrow(), book, following, steps));
                    return new NodeAgent(config, rtnetlink, services, loop, following, pods, traces);
                } catch (RuntimeException e) {
                    traces.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                loop.close();
                services.close();
                throw e;
            }
        } catch (RuntimeException e) {
            rtnetlink.close();
            leases.ifPresent(LeaseBook::close);
            throw e;
        }
    }

    /** How this node is watched for a trace; other processes have it done by {@link TraceCaller}. */
    public Eyes.Opening eyes() {
        return TraceDoor.eyes(config);
    }

    private static Pods servePods(
            AgentConfig config, PodBridge bridge, LeaseBook leases, Following following, Steps steps) {
        AttachmentLocks locks = new AttachmentLocks();
        PodWiring wiring = new PodWiring(bridge);
        Addresses addresses = new Addresses(leases, new OwnAddresses(leases), delegated(config, leases));
        ReconcileLoop truth = ReconcileLoop.start(config.nodeName(), addresses, bridge, wiring, locks);
        try {
            steps.made("leases and links agree");
            // After leases and links agree: the guard is filled from the leases.
            PodGuard guard = PodGuard.start(config, leases);
            steps.made("the guard");
            PodBandwidth bandwidth = PodBandwidth.start(bridge);
            truth.alsoFound(bandwidth.mend());
            PodNat nat = PodNat.start(config, bridge, leases);
            truth.alsoFound(nat.found());
            steps.made("host ports");
            PodFeature features = PodFeatures.told(steps, List.of(bandwidth, nat));
            truth.tell(guard, features);
            truth.also(features::mend);
            FairleadPlugin plugin = new FairleadPlugin(addresses, bridge, guard, wiring, features, locks, steps);
            CniDoor door = openDoor(config, plugin, guard, features, following);
            steps.made("the door");
            return new Pods(leases, bridge, guard, wiring, features, door, truth);
        } catch (RuntimeException e) {
            truth.close();
            throw e;
        }
    }

    /** What IPAM plugins are executed with: the shim hands on no PATH, and some plugins look for programs. */
    static DelegatedAddresses delegated(AgentConfig config, LeaseBook leases) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/sbin:/usr/bin:/sbin:/bin");
        Delegation delegation = new Delegation(NodePlugins.in(config.node()), Map.of("PATH", path), DELEGATE_PATIENCE);
        List<Ip> gateways = pools(config).stream().map(Range::gateway).toList();
        return new DelegatedAddresses(delegation, DelegateNotes.open(config.stateDirectory()), leases, gateways);
    }

    private static CniDoor openDoor(
            AgentConfig config, FairleadPlugin plugin, PodGuard guard, PodFeature features, Following following) {
        try {
            return CniDoor.open(
                    config.socket(),
                    new PluginProtocol(plugin, sandbox -> isNode(sandbox, config.node())),
                    following::await);
        } catch (RuntimeException e) {
            features.close();
            guard.close();
            throw e;
        }
    }

    private static List<Range> pools(AgentConfig config) {
        List<Range> pools = new ArrayList<>();
        for (Prefix cidr : config.podCidrs()) {
            pools.add(Range.of(cidr));
        }
        return pools;
    }

    /** The bridge's addresses are the pools' gateways, and its MAC follows from the first of them as a pod's does. */
    private static PodBridge.Spec bridge(AgentConfig config) {
        List<Prefix> gateways = new ArrayList<>();
        for (Range pool : pools(config)) {
            gateways.add(new Prefix(pool.gateway(), pool.subnet().length()));
        }
        return new PodBridge.Spec(
                config.bridge(),
                PodMac.of(gateways.stream().map(Prefix::address).toList()),
                gateways,
                config.mtu());
    }

    private static boolean isNode(Sandbox sandbox, Netns node) {
        Path path = sandbox.fd().isPresent()
                ? Path.of("/proc/self/fd/" + sandbox.fd().getAsInt())
                : Path.of(sandbox.path());
        try {
            return Netns.inode(path) == node.inode();
        } catch (UncheckedIOException e) {
            return false; // what can't be found isn't the node; the call itself says what is wrong with it
        }
    }

    /** Has the node follow a picture; the latest one counts, those in between may be passed over. */
    public void apply(ClusterPicture picture) {
        loop.offer(picture);
    }

    /** Waits until the latest picture is in the kernel. @return whether it was in time */
    public boolean awaitApplied(Duration patience) {
        return loop.awaitIdle(patience);
    }

    /** Where the pictures come from, so that {@link #awaitFollowed} knows how far it is. */
    void following(ClusterFollower follower) {
        following.of(follower);
    }

    /** Waits until the kernel holds everything that an API told up to here; other processes ask by {@link CniCaller}. */
    public boolean awaitFollowed(Progress wanted, Duration patience) {
        return following.await(wanted, patience);
    }

    /** What was found and mended at the start: leases and links as an earlier agent, or a restart of the machine, left them. */
    public Reconciliation found() {
        return pods.map(made -> made.truth().first()).orElse(new Reconciliation(List.of()));
    }

    /**
     * Has leases compared from now on with what the runtime remembers, too.
     *
     * @param directory libcni's, {@code /var/lib/cni} by custom; where there is none nothing is compared
     */
    public void compareWithResults(Path directory) {
        pods.ifPresent(made -> made.truth().also(new CacheComparison(new ResultCache(directory), made.leases())::run));
    }

    /** Compares leases with the links that are there, and mends; done every minute too. */
    public Reconciliation reconcile() {
        return pods.map(made -> made.truth().now()).orElse(new Reconciliation(List.of()));
    }

    /** The last ADDs and DELs, oldest first, fields between tabs: time, verb, attachment, outcome, ms, ms of each step, trace id. */
    public List<String> cniLog() {
        return pods.map(made -> made.door().log()).orElse(List.of());
    }

    public AgentConfig config() {
        return config;
    }

    /** What the Service table holds, as {@code nft list table} prints it. */
    public String serviceTableText() {
        return services.text();
    }

    /** Ends the agent and leaves the node's kernel working as it is: pods keep their network while an agent restarts. */
    @Override
    public void close() {
        traces.close();
        pods.ifPresent(made -> {
            made.door().close();
            made.truth().close();
            made.wiring().close();
            made.features().close();
            made.guard().close();
            made.leases().close();
        });
        loop.close();
        services.close();
        rtnetlink.close();
    }

    /** Takes everything of ours out of the node's kernel; pods must be gone before. */
    public void clean() {
        loop.close();
        services.clean();
        loop.cleanRoutes();
        pods.ifPresent(made -> {
            made.features().clean();
            made.guard().clean();
            made.bridge().clean();
        });
    }
}
