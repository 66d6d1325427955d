package dev.fairlead.cli;

import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.ClusterAgent;
import dev.fairlead.agent.CniCaller;
import dev.fairlead.agent.CniInstall;
import dev.fairlead.agent.Leaving;
import dev.fairlead.agent.NodeAgent;
import dev.fairlead.cluster.ApiAccess;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead agent}: the agent of this node, in the foreground and in the caller's network namespace: with {@code
 * --kubeconfig} or {@code --in-cluster} for a Kubernetes cluster, else for container runtimes without Kubernetes. SIGTERM
 * and SIGINT end it and leave pods and configuration as they are: it will come back.
 *
 * <p>Over 300 lines: a third are options and their refusals.
 */
record AgentCommand(Terminal terminal) implements Command {
    /** {@code CAP_NET_ADMIN} and {@code CAP_SYS_ADMIN}, {@code <linux/capability.h>}. */
    private static final int NET_ADMIN = 12;

    private static final int SYS_ADMIN = 21;

    /** RFC 8200, section 5; and RFC 791 for IPv4. */
    private static final int IPV6_LEAST_MTU = 1280;

    private static final int IPV4_LEAST_MTU = 68;
    private static final int MOST_MTU = 65_535;

    @Override
    public CommandSpec spec() {
        CommandSpec spec =
                named("agent", "Serve this node's container runtime as its CNI plugin, until a signal ends it.");
        return spec.addOption(flag("--install", "Only put the plugin in place for an agent that serves already."))
                .addOption(flag("--leave", "Take Fairlead from this node: the configuration, then what no pod needs."))
                .addOption(OptionSpec.builder("--pod-cidr")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("PREFIX")
                        .description("What pods get their addresses from; repeat it for a second family.")
                        .build())
                .addOption(OptionSpec.builder("--kubeconfig")
                        .type(Path.class)
                        .paramLabel("FILE")
                        .description("Follow the Kubernetes API of this file's current context.")
                        .build())
                .addOption(flag("--in-cluster", "Follow the Kubernetes API as a pod of the cluster."))
                .addOption(
                        text("--uplink", "NAME", "Device to other nodes; by default the one with the Node's address."))
                .addOption(text("--node-name", "NAME", "This node's name; by default the host's."))
                .addOption(path("--cni-bin-dir", "/opt/cni/bin", "Where the runtime looks for plugins."))
                .addOption(path("--cni-conf-dir", "/etc/cni/net.d", "Where it looks for configurations."))
                .addOption(path("--cni-cache-dir", "/var/lib/cni", "Where it remembers what it was answered."))
                .addOption(path("--state-dir", "/var/lib/fairlead", "Where leases are kept."))
                .addOption(path("--socket", "/run/fairlead/cni.sock", "Where the plugin finds the agent."))
                .addOption(OptionSpec.builder("--mtu")
                        .type(int.class)
                        .paramLabel("BYTES")
                        .description("Of pods' interfaces; 1500 by default.")
                        .build())
                .addOption(flag("--masquerade", "Pods leave the pod network with this node's address; so by default."))
                .addOption(flag("--no-masquerade", "They leave it with their own, for which the world needs a route."))
                .addOption(text("--bridge", "NAME", "The bridge that pods hang on; fl0 by default."));
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name).description(description).build();
    }

    private static OptionSpec text(String name, String label, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }

    private static OptionSpec path(String name, String usual, String description) {
        return OptionSpec.builder(name)
                .type(Path.class)
                .paramLabel("PATH")
                .description(description + " Default: " + usual)
                .build();
    }

    @Override
    public int run(ParseResult parsed) {
        CniInstall install = new CniInstall(
                Launch.home().resolve("native/target/bin/fairlead-cni"),
                parsed.matchedOptionValue("--cni-bin-dir", Path.of("/opt/cni/bin")),
                parsed.matchedOptionValue("--cni-conf-dir", Path.of("/etc/cni/net.d")),
                parsed.matchedOptionValue("--socket", Path.of("/run/fairlead/cni.sock")));
        try {
            if (parsed.hasMatchedOption("--install")) {
                return install(install);
            }
            if (parsed.hasMatchedOption("--leave")) {
                return leave(parsed, install);
            }
            return follows(parsed) ? serveCluster(parsed, install) : serve(parsed, install);
        } catch (ApiAccess.AccessException e) {
            throw new CommandFailure(2, String.valueOf(e.getMessage()));
        } catch (KernelException e) {
            if (e.isNotPermitted()) {
                throw new CommandFailure(
                        2,
                        e.getMessage()
                                + "; the agent needs the rights of this network namespace's owner, start it as root");
            }
            throw e;
        }
    }

    private int install(CniInstall install) {
        String reason = CniCaller.whyNotReady(install.socket());
        if (!reason.isEmpty()) {
            throw new CommandFailure(
                    "nothing was installed, since a configuration tells the runtime that pods can start: " + reason
                            + "; start `fairlead agent` first");
        }
        install.requireWritable();
        put(install);
        return 0;
    }

    private void put(CniInstall install) {
        boolean loopback = install.put();
        terminal.out().println("installed " + install.program() + " and " + install.conflist());
        if (loopback) {
            terminal.out()
                    .println("installed " + install.loopback()
                            + ", since containerd and CRI-O want a plugin of that name and there was none");
        }
        for (Path earlier : install.before()) {
            terminal.err()
                    .println("fairlead: the runtime takes " + earlier + " before " + CniInstall.CONFLIST
                            + ", since its name sorts first; remove it to have pods on Fairlead's network");
        }
    }

    private int leave(ParseResult parsed, CniInstall install) {
        requireRights();
        AgentConfig usual = usual(parsed, List.of());
        try (Netns node = usual.node()) {
            Leaving leaving = Leaving.leave(install, node, usual.bridge(), usual.stateDirectory());
            leaving.taken().forEach(what -> terminal.out().println("removed " + what));
            leaving.left().forEach(what -> terminal.out().println("left " + what));
            return leaving.left().isEmpty() ? 0 : 1;
        }
    }

    private int serve(ParseResult parsed, CniInstall install) {
        List<Prefix> podCidrs = podCidrs(parsed);
        requireRights();
        install.requireWritable();
        AgentConfig config =
                usual(parsed, podCidrs).withSocket(install.socket()).withMasquerade(masquerade(parsed));
        NodeAgent agent = NodeAgent.start(config);
        return serveUntilEnd(parsed, agent, agent, install, "pods from " + podCidrs);
    }

    private static boolean follows(ParseResult parsed) {
        boolean file = parsed.hasMatchedOption("--kubeconfig");
        boolean inside = parsed.hasMatchedOption("--in-cluster");
        if (file && inside) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--kubeconfig and --in-cluster are two ways to one API; give one");
        }
        if ((file || inside) && parsed.hasMatchedOption("--pod-cidr")) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--pod-cidr is what the Node in the API says; leave it out with --kubeconfig and --in-cluster");
        }
        return file || inside;
    }

    /** The same, with all that an API knows; the runtime is told of it only when the node holds what the API said. */
    private int serveCluster(ParseResult parsed, CniInstall install) {
        requireRights();
        install.requireWritable();
        String name = nodeName(parsed);
        ApiAccess api = parsed.hasMatchedOption("--kubeconfig")
                ? ApiAccess.kubeconfig(parsed.matchedOptionValue("--kubeconfig", Path.of("")))
                : ApiAccess.inCluster(System.getenv());
        terminal.out().println("agent of node " + name + " follows " + api.server());
        terminal.flush();
        try {
            ClusterAgent agent =
                    ClusterAgent.start(api, name, node -> config(parsed, node).withSocket(install.socket()));
            return serveUntilEnd(
                    parsed,
                    agent.agent(),
                    agent,
                    install,
                    "pods from " + agent.agent().config().podCidrs() + ", by the API at " + api.server());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private AgentConfig config(ParseResult parsed, Node node) {
        AgentConfig config = usual(parsed, node.podCidrs())
                .withMasquerade(parsed.hasMatchedOption("--masquerade") && masquerade(parsed));
        if (parsed.hasMatchedOption("--uplink")) {
            return config.withUplink(parsed.matchedOptionValue("--uplink", ""));
        }
        try (Rtnetlink rtnetlink = Rtnetlink.open(config.node())) {
            Optional<Link> link = rtnetlink.addresses().list().stream()
                    .filter(address ->
                            node.addresses().contains(address.prefix().address()))
                    .findFirst()
                    .flatMap(address -> rtnetlink.links().find(address.device()));
            if (link.isPresent()) {
                return config.withUplink(link.get().name());
            }
        }
        throw new CommandFailure("no device here has an address of Node " + node.name() + " " + node.addresses()
                + ", so this is another machine, or the Node's address is not its own: give --node-name or --uplink");
    }

    private int serveUntilEnd(ParseResult parsed, NodeAgent agent, AutoCloseable all, CniInstall install, String what) {
        agent.compareWithResults(parsed.matchedOptionValue("--cni-cache-dir", Path.of("/var/lib/cni")));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(all, ended), "agent-end"));
        put(install);
        AgentConfig config = agent.config();
        terminal.out().println("agent of node " + config.nodeName() + " serves at " + config.socket() + ", " + what);
        terminal.flush();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    /** On a signal: those who started the agent asked for its end, so that is no failure. */
    private void end(AutoCloseable agent, CountDownLatch ended) {
        try {
            agent.close();
        } catch (Exception e) {
            terminal.err().println("fairlead: the agent did not end cleanly: " + e.getMessage());
        }
        terminal.out().println("the agent has ended; pods keep their network, and new ones wait until it is back");
        terminal.flush();
        ended.countDown();
        Runtime.getRuntime().halt(0);
    }

    private AgentConfig usual(ParseResult parsed, List<Prefix> podCidrs) {
        AgentConfig config = AgentConfig.of(nodeName(parsed), Netns.current(), podCidrs)
                .withStateDirectory(parsed.matchedOptionValue("--state-dir", Path.of("/var/lib/fairlead")));
        return config.withMtu(mtu(parsed, podCidrs, config.mtu()))
                .withBridge(parsed.matchedOptionValue("--bridge", config.bridge()));
    }

    private static String nodeName(ParseResult parsed) {
        return parsed.hasMatchedOption("--node-name") ? parsed.matchedOptionValue("--node-name", "") : hostName();
    }

    private static boolean masquerade(ParseResult parsed) {
        boolean off = parsed.hasMatchedOption("--no-masquerade");
        if (off && parsed.hasMatchedOption("--masquerade")) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), "--masquerade and --no-masquerade contradict each other");
        }
        return !off;
    }

    private static int mtu(ParseResult parsed, List<Prefix> podCidrs, int usual) {
        int mtu = parsed.matchedOptionValue("--mtu", usual);
        boolean ipv6 = podCidrs.stream().anyMatch(cidr -> cidr.address().isIpv6());
        int least = ipv6 ? IPV6_LEAST_MTU : IPV4_LEAST_MTU;
        if (mtu < least || mtu > MOST_MTU) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--mtu " + mtu + " is not from " + least + " to " + MOST_MTU + ", which " + (ipv6 ? "IPv6" : "IPv4")
                            + " asks of every link");
        }
        return mtu;
    }

    private static List<Prefix> podCidrs(ParseResult parsed) {
        List<Prefix> prefixes = new ArrayList<>();
        for (String text : parsed.matchedOptionValue("--pod-cidr", List.<String>of())) {
            Prefix prefix = Prefix.parse(text)
                    .orElseThrow(() -> new ParameterException(
                            parsed.commandSpec().commandLine(),
                            "--pod-cidr '" + text + "' is not a prefix such as 10.244.1.0/24"));
            if (!prefix.isNetwork()) {
                throw new ParameterException(
                        parsed.commandSpec().commandLine(),
                        "--pod-cidr " + text + " has bits behind its length; did you mean " + prefix.network() + "?");
            }
            for (Prefix other : prefixes) {
                if (other.overlaps(prefix)) {
                    throw new ParameterException(
                            parsed.commandSpec().commandLine(),
                            "--pod-cidr " + other + " and " + prefix + " overlap, so an address could be given twice");
                }
            }
            prefixes.add(prefix);
        }
        if (prefixes.isEmpty()) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(),
                    "--pod-cidr is missing: say what pods get their addresses from, such as 10.244.1.0/24");
        }
        return prefixes;
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read this host's name; give it by --node-name", e);
        }
    }

    /** The rights of this process, before anything is made: the kernel would refuse half-way. */
    private static void requireRights() {
        long effective = 0;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapEff:")) {
                    effective = Long.parseUnsignedLong(
                            line.substring("CapEff:".length()).strip(), 16);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not read this process's rights from /proc/self/status", e);
        }
        if ((effective >> NET_ADMIN & 1) == 0 || (effective >> SYS_ADMIN & 1) == 0) {
            throw new CommandFailure(
                    2,
                    "the agent makes devices and enters pods' network namespaces, for which this process lacks"
                            + " CAP_NET_ADMIN or CAP_SYS_ADMIN; start it as root");
        }
    }
}
