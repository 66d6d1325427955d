package dev.fairlead.kernel.netns;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.packet.Family;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Switches of one network namespace, {@code /proc/sys/net}, whose files show the namespace of the thread that opens them.
 * Safe from any thread: each call does its work on a thread of its own, so several writes should be one call.
 *
 * <p>Names are paths below {@code /proc/sys}, with slashes, since link names may have dots: {@code
 * net/ipv4/conf/eth0.5/rp_filter}. Source: {@code Documentation/networking/ip-sysctl.rst}. A missing file is a {@link
 * dev.fairlead.kernel.SyscallException} that {@code isNotFound()}: this kernel doesn't have the feature, or the link isn't
 * there.
 */
public final class Sysctl {
    public static final String IPV4_FORWARD = "net/ipv4/ip_forward";
    public static final String IPV6_FORWARD = "net/ipv6/conf/all/forwarding";
    /** Bridged IPv4 packets pass the IP hooks of netfilter; there only with br_netfilter. */
    public static final String BRIDGE_FILTER_IPV4 = "net/bridge/bridge-nf-call-iptables";

    public static final String BRIDGE_FILTER_IPV6 = "net/bridge/bridge-nf-call-ip6tables";
    /** Whether conntrack counts packets and bytes of the flows that begin from then on, 0 or 1. */
    public static final String CONNTRACK_COUNTERS = "net/netfilter/nf_conntrack_acct";
    /** Which group ids may open ICMP echo sockets, "first last". */
    public static final String PING_GROUPS = "net/ipv4/ping_group_range";

    /** What links made later get: 1 for no link-local address of their own. */
    public static final String IPV6_ADDRESS_GENERATION = "net/ipv6/conf/default/addr_gen_mode";

    private static final int LONGEST = 4096;

    private final Netns namespace;

    private Sysctl(Netns namespace) {
        this.namespace = namespace;
    }

    /** Of a namespace whose handle stays open while this is used. */
    public static Sysctl in(Netns namespace) {
        return new Sysctl(namespace);
    }

    /** A switch of one link: {@code ofLink(IPV4, "eth0", "rp_filter")} is {@code net/ipv4/conf/eth0/rp_filter}. */
    public static String ofLink(Family family, String link, String name) {
        return "net/" + (family == Family.IPV4 ? "ipv4" : "ipv6") + "/conf/" + link + "/" + name;
    }

    /** The value without its line end; numbers in a row keep the tab between them. */
    public String read(String name) {
        return namespace.call(() -> readHere(name));
    }

    /** As {@link #read}, empty where this kernel doesn't have it. */
    public Optional<String> find(String name) {
        try {
            return Optional.of(read(name));
        } catch (KernelException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Sets one. EINVAL for a value that the kernel doesn't take, EROFS where /proc/sys is mounted read-only. */
    public void write(String name, String value) {
        writeAll(Map.of(name, value));
    }

    public void write(String name, int value) {
        write(name, Integer.toString(value));
    }

    /** Sets several, in the map's order; the first refusal ends it. */
    public void writeAll(Map<String, String> values) {
        namespace.run(() -> values.forEach(Sysctl::writeHere));
    }

    /** As {@link #read}, in the calling thread's namespace. */
    public static String readHere(String name) {
        String wanted = "read the switch " + name;
        try (Fd fd = open(wanted, name, Fd.O_RDONLY);
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LONGEST);
            long length = Linux.call(wanted, Linux.Call.READ, fd.number(), buffer.address(), LONGEST);
            byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return new String(bytes, StandardCharsets.UTF_8).strip();
        }
    }

    /** As {@link #write}, in the calling thread's namespace. */
    public static void writeHere(String name, String value) {
        String wanted = "set the switch " + name + " to " + value;
        try (Fd fd = open(wanted, name, O_WRONLY);
                Arena arena = Arena.ofConfined()) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            var _ = Linux.call(wanted, Linux.Call.WRITE, fd.number(), buffer.address(), bytes.length);
        }
    }

    private static final int O_WRONLY = 1;

    private static Fd open(String wanted, String name, int flags) {
        if (name.startsWith("/") || name.contains("..")) {
            throw new IllegalArgumentException("could not " + wanted + ": a name is a path below /proc/sys");
        }
        return Fd.open(Path.of("/proc/sys", name), flags);
    }
}
