package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Element;
import dev.fairlead.kernel.nftables.FilledSet;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps pods from sending with addresses that aren't theirs: MAC, IPv4, IPv6, ARP and neighbour discovery, each on its own
 * bridge port, by table {@code bridge fairlead-guard} of the node. A pod costs one nfnetlink batch when it comes and one
 * when it goes, and a packet the same whatever the number of pods. Safe from any thread.
 *
 * <p>A port's name follows from its owner, so its addresses are known to the kernel before the port is made and a pod can't
 * send a frame unwatched. The kernel also keeps which pods are left alone, so that an agent that starts again knows.
 *
 * <p>Over 300 lines: what is put in, taken out and compared for a pod stands side by side, for it must be the same.
 */
public final class SpoofGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpoofGuard.class);
    private static final int EUI64_MIDDLE = 0xfffe;
    private static final int UNIVERSAL_BIT = 0x02;

    private final Nftables nftables;
    private final Map<String, Guarded> guarded = new HashMap<>();
    private final Set<String> unguarded = new HashSet<>();
    /** The table without elements, as it was made. */
    private String fixedPart = "";

    /**
     * A pod's interface and what it may send as.
     *
     * @param owner as of {@link PodInterface}
     * @param port the name of its bridge port
     * @param addresses of both families; its link-local address follows from the MAC address
     */
    public record Guarded(String owner, String port, Mac mac, List<Ip> addresses) {
        public Guarded {
            addresses = List.copyOf(addresses);
        }

        /** The port's name follows from the owner. */
        public Guarded(String owner, Mac mac, List<Ip> addresses) {
            this(owner, PodInterface.hostName(owner), mac, addresses);
        }

        /** Of an interface that is to be wired. */
        public static Guarded of(PodInterface pod) {
            List<Ip> addresses = new ArrayList<>();
            pod.addresses().forEach(prefix -> addresses.add(prefix.address()));
            return new Guarded(pod.owner(), pod.hostName(), pod.mac(), addresses);
        }
    }

    private SpoofGuard(Nftables nftables) {
        this.nftables = nftables;
    }

    /**
     * Replaces the table by one with these pods, but for those that the table there says are left alone; in one step, so
     * that no pod is unwatched for a moment.
     */
    public static SpoofGuard start(Netns node, Collection<Guarded> pods) {
        SpoofGuard guard = new SpoofGuard(Nftables.open(node));
        try {
            Set<String> free = guard.portsLeftAlone();
            for (Guarded pod : pods) {
                if (free.contains(pod.port())) {
                    guard.unguarded.add(pod.port());
                } else {
                    guard.guarded.put(pod.port(), pod);
                }
            }
            guard.replace();
            return guard;
        } catch (RuntimeException e) {
            guard.close();
            throw e;
        }
    }

    /** Takes what an earlier agent left out of the kernel, for a node that is to have no guard. */
    public static void remove(Netns node) {
        try (Nftables nftables = Nftables.open(node)) {
            nftables.commit(GuardSchema.removeTable());
        }
    }

    private Set<String> portsLeftAlone() {
        Set<String> names = new HashSet<>();
        try {
            for (Element element : nftables.elements(GuardSchema.UNGUARDED)) {
                names.add(element.key().string());
            }
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            } // no table yet: nobody was left alone
        }
        return names;
    }

    private void replace() {
        Transaction t = GuardSchema.replaceTable();
        guarded.values().forEach(pod -> add(t, pod));
        unguarded.forEach(port -> t.add(GuardSchema.UNGUARDED, List.of(GuardSchema.UNGUARDED.element(port))));
        nftables.commit(t);
        fixedPart = nftables.read(TableFamily.BRIDGE, GuardSchema.TABLE.name())
                .map(SpoofGuard::fixedPart)
                .orElse("");
    }

    /** What doesn't change with pods and packets. */
    private static String fixedPart(Ruleset table) {
        List<FilledSet> empty = new ArrayList<>();
        for (FilledSet filled : table.sets()) {
            boolean ofPods = GuardSchema.SETS.stream()
                    .anyMatch(set -> set.name().equals(filled.set().name()));
            empty.add(ofPods ? new FilledSet(filled.set(), List.of()) : filled);
        }
        String text = new Ruleset(table.table(), 0, empty, table.chains()).text();
        return text.replaceAll("packets \\d+ bytes \\d+", "");
    }

    /**
     * Makes the table anew where somebody has changed it, rules or elements.
     *
     * @return what was found and done, a sentence; empty when all is as it should be
     */
    public synchronized List<String> mend() {
        Optional<Ruleset> there = nftables.read(TableFamily.BRIDGE, GuardSchema.TABLE.name());
        String wrong = there.map(this::whatIsWrong).orElse("was gone");
        if (wrong.isEmpty()) {
            return List.of();
        }
        replace();
        return List.of("table " + GuardSchema.TABLE + " " + wrong
                + " and was made anew; until then pods could send with addresses that aren't theirs");
    }

    private String whatIsWrong(Ruleset there) {
        if (!fixedPart(there).equals(fixedPart)) {
            return "had been changed by somebody else";
        }
        Set<String> wanted = new HashSet<>();
        guarded.values().forEach(pod -> {
            wanted.add(key(GuardSchema.PORTS, GuardSchema.PORTS.element(pod.port())));
            wanted.add(key(GuardSchema.MACS, GuardSchema.MACS.element(pod.port(), pod.mac())));
            ips(pod, GuardSchema.IPS, true).forEach(element -> wanted.add(key(GuardSchema.IPS, element)));
            ips(pod, GuardSchema.IPS6, false).forEach(element -> wanted.add(key(GuardSchema.IPS6, element)));
        });
        unguarded.forEach(port -> wanted.add(key(GuardSchema.UNGUARDED, GuardSchema.UNGUARDED.element(port))));
        Set<String> present = new HashSet<>();
        for (FilledSet filled : there.namedSets()) {
            filled.elements().forEach(element -> present.add(key(filled.set(), element)));
        }
        return present.equals(wanted) ? "" : "had other elements than its pods have addresses";
    }

    private static String key(NftSet set, Element element) {
        return set.name() + " " + element.key();
    }

    /**
     * Guards a pod, to be called before its port is made. One that is guarded already stays so.
     *
     * @throws KernelException when the kernel refuses; then the pod isn't guarded and must not be wired
     */
    public synchronized void guard(Guarded pod) {
        Transaction t = new Transaction();
        boolean wasFree = unguarded.remove(pod.port());
        if (wasFree) {
            unlist(t, GuardSchema.UNGUARDED, pod.port());
        }
        add(t, pod);
        guarded.put(pod.port(), pod);
        try {
            commit(t);
        } catch (KernelException e) {
            guarded.remove(pod.port());
            if (wasFree) {
                unguarded.add(pod.port());
            }
            throw e;
        }
    }

    /** Lets a pod send as it likes, and remembers it in the kernel. */
    public synchronized void leaveAlone(Guarded pod) {
        Transaction t = new Transaction();
        delete(t, pod);
        t.add(GuardSchema.UNGUARDED, List.of(GuardSchema.UNGUARDED.element(pod.port())));
        guarded.remove(pod.port());
        unguarded.add(pod.port());
        commit(t);
    }

    /** Forgets a pod, to be called when its port is gone; one that isn't known is fine. */
    public synchronized void forget(Guarded pod) {
        Transaction t = new Transaction();
        delete(t, pod);
        if (unguarded.remove(pod.port())) {
            unlist(t, GuardSchema.UNGUARDED, pod.port());
        }
        guarded.remove(pod.port());
        commit(t);
    }

    /** As {@link #forget(Guarded)}, where only the owner is known. */
    public synchronized void forget(String owner) {
        String port = PodInterface.hostName(owner);
        if (guarded.containsKey(port)) {
            forget(guarded.get(port));
        } else if (unguarded.remove(port)) {
            Transaction t = new Transaction();
            unlist(t, GuardSchema.UNGUARDED, port);
            commit(t);
        }
    }

    private void commit(Transaction t) {
        try {
            nftables.commit(t);
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            LOG.warn("table {} is not as it was left and is made anew: {}", GuardSchema.TABLE, e.getMessage());
            replace();
        }
    }

    private static void add(Transaction t, Guarded pod) {
        String port = pod.port();
        t.add(GuardSchema.MACS, List.of(GuardSchema.MACS.element(port, pod.mac())));
        List<Element> ips = ips(pod, GuardSchema.IPS, true);
        List<Element> ips6 = ips(pod, GuardSchema.IPS6, false);
        t.add(GuardSchema.IPS, ips);
        t.add(GuardSchema.IPS6, ips6);
        t.add(GuardSchema.PORTS, List.of(GuardSchema.PORTS.element(port)));
    }

    /** Each element is put in before it is taken out, since DESTROYSETELEM needs kernel 6.3. */
    private static void delete(Transaction t, Guarded pod) {
        add(t, pod);
        t.delete(GuardSchema.PORTS, List.of(GuardSchema.PORTS.element(pod.port())));
        t.delete(GuardSchema.MACS, List.of(GuardSchema.MACS.element(pod.port(), pod.mac())));
        t.delete(GuardSchema.IPS, ips(pod, GuardSchema.IPS, true));
        t.delete(GuardSchema.IPS6, ips(pod, GuardSchema.IPS6, false));
    }

    private static void unlist(Transaction t, NftSet set, String port) {
        t.add(set, List.of(set.element(port)));
        t.delete(set, List.of(set.element(port)));
    }

    private static List<Element> ips(Guarded pod, NftSet set, boolean ipv4) {
        List<Element> elements = new ArrayList<>();
        for (Ip ip : pod.addresses()) {
            if (ip.isIpv4() == ipv4) {
                elements.add(set.element(pod.port(), pod.mac(), ip));
            }
        }
        if (!ipv4 && !elements.isEmpty()) {
            elements.add(set.element(pod.port(), pod.mac(), linkLocal(pod.mac())));
        }
        return elements;
    }

    /** The link-local address that the kernel makes of a MAC address: modified EUI-64, RFC 4291 2.5.1 and appendix A. */
    static Ip linkLocal(Mac mac) {
        byte[] from = mac.bytes();
        byte[] address = new byte[16];
        address[0] = (byte) 0xfe;
        address[1] = (byte) 0x80;
        address[8] = (byte) (from[0] ^ UNIVERSAL_BIT);
        address[9] = from[1];
        address[10] = from[2];
        address[11] = (byte) (EUI64_MIDDLE >> 8);
        address[12] = (byte) EUI64_MIDDLE;
        address[13] = from[3];
        address[14] = from[4];
        address[15] = from[5];
        return Ip.of(address);
    }

    /** What is missing in the kernel of a pod's guard; empty when all is there, or when the pod is left alone. */
    public List<String> missing(Guarded pod) {
        List<String> missing = new ArrayList<>();
        try {
            if (portsLeftAlone().contains(pod.port())) {
                return missing;
            }
            require(GuardSchema.PORTS, List.of(GuardSchema.PORTS.element(pod.port())), missing);
            require(GuardSchema.MACS, List.of(GuardSchema.MACS.element(pod.port(), pod.mac())), missing);
            require(GuardSchema.IPS, ips(pod, GuardSchema.IPS, true), missing);
            require(GuardSchema.IPS6, ips(pod, GuardSchema.IPS6, false), missing);
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            missing.add("table " + GuardSchema.TABLE);
        }
        return missing;
    }

    private void require(NftSet set, List<Element> wanted, List<String> missing) {
        Set<Object> present = new HashSet<>();
        nftables.elements(set).forEach(element -> present.add(element.key()));
        for (Element element : wanted) {
            if (!present.contains(element.key())) {
                missing.add("an element of set " + set);
            }
        }
    }

    /** The table as {@code nft list} prints it, but for bytes without a name; empty when there is none. */
    public String text() {
        return nftables.read(TableFamily.BRIDGE, GuardSchema.TABLE.name())
                .map(Ruleset::text)
                .orElse("");
    }

    /** Takes the table out of the kernel. */
    public synchronized void clean() {
        guarded.clear();
        unguarded.clear();
        nftables.commit(GuardSchema.removeTable());
    }

    /** Lets go of the kernel's door; the table stays, and so does the guard. */
    @Override
    public void close() {
        nftables.close();
    }
}
