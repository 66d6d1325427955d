package dev.fairlead.cli;

import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.CniCaller;
import dev.fairlead.agent.CniInstall;
import dev.fairlead.agent.Leaving;
import dev.fairlead.agent.NodeAgent;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * {@code fairlead agent}: the agent of this node, in the foreground and in the caller's network namespace, for container
 * runtimes without Kubernetes. SIGTERM and SIGINT end it and leave pods and configuration as they are: it will come back.
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
            return parsed.hasMatchedOption("--leave") ? leave(parsed, install) : serve(parsed, install);
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
        agent.compareWithResults(parsed.matchedOptionValue("--cni-cache-dir", Path.of("/var/lib/cni")));
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(agent, ended), "agent-end"));
        put(install);
        terminal.out()
                .println("agent of node " + config.nodeName() + " serves at " + config.socket() + ", pods from "
                        + podCidrs);
        terminal.flush();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    /** On a signal: those who started the agent asked for its end, so that is no failure. */
    private void end(NodeAgent agent, CountDownLatch ended) {
        agent.close();
        terminal.out().println("the agent has ended; pods keep their network, and new ones wait until it is back");
        terminal.flush();
        ended.countDown();
        Runtime.getRuntime().halt(0);
    }

    private AgentConfig usual(ParseResult parsed, List<Prefix> podCidrs) {
        String name =
                parsed.hasMatchedOption("--node-name") ? parsed.matchedOptionValue("--node-name", "") : hostName();
        AgentConfig config = AgentConfig.of(name, Netns.current(), podCidrs)
                .withStateDirectory(parsed.matchedOptionValue("--state-dir", Path.of("/var/lib/fairlead")));
        return config.withMtu(mtu(parsed, podCidrs, config.mtu()))
                .withBridge(parsed.matchedOptionValue("--bridge", config.bridge()));
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
