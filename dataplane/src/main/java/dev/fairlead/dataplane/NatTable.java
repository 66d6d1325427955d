package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Element;
import dev.fairlead.kernel.nftables.FilledSet;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.nat.Forward;
import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.Translation;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps table {@code inet fairlead-nat} of a node as its {@link NatBook} wants it, with the switch {@code route_localnet} of
 * the devices that need it. A change is one nfnetlink batch with what differs; stale UDP flows go after the rules are in. A
 * node that translates nothing has no table. Safe from any thread.
 */
public final class NatTable implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NatTable.class);

    private final Netns node;
    private final Rtnetlink rtnetlink;
    private final Spec spec;
    private final LoopbackSwitches switches;
    private Optional<Open> open = Optional.empty();
    private NatBook applied = NatBook.EMPTY;
    private boolean whole = true;

    /**
     * What is the same for all pods.
     *
     * @param bridge that pods hang on
     * @param podCidrs what its pods get their addresses from
     * @param masquerade whether pods whose network doesn't say are masqueraded
     */
    public record Spec(String bridge, List<Prefix> podCidrs, boolean masquerade) {
        public Spec {
            podCidrs = List.copyOf(podCidrs);
        }
    }

    /** What is held open as long as there is a table. */
    private record Open(OwnTable table, PortFlows flows) {}

    private NatTable(Netns node, Rtnetlink rtnetlink, Spec spec) {
        this.node = node;
        this.rtnetlink = rtnetlink;
        this.spec = spec;
        this.switches = new LoopbackSwitches(node);
    }

    /** The first {@link #apply} replaces what an earlier agent left. @param rtnetlink of the node; stays the caller's */
    public static NatTable start(Netns node, Rtnetlink rtnetlink, Spec spec) {
        return new NatTable(node, rtnetlink, spec);
    }

    /** Takes the table of an agent that has ended out of the kernel. */
    public static void remove(Netns node) {
        try (Nftables nftables = Nftables.open(node)) {
            nftables.commit(new Transaction().destroy(NatSchema.TABLE));
        }
    }

    /** The host ports that the kernel still holds from an earlier agent, by the owner's text. */
    public static Map<String, List<Forward>> held(Netns node) {
        Map<String, List<Forward>> held = new TreeMap<>();
        try (Nftables nftables = Nftables.open(node)) {
            nftables.read(NatSchema.TABLE.family(), NatSchema.TABLE.name())
                    .ifPresent(ruleset -> NatElements.forwards(
                            ruleset.namedSets(),
                            (owner, forward) -> held.computeIfAbsent(owner, o -> new ArrayList<>())
                                    .add(forward)));
        }
        return held;
    }

    /** How 127.0.0.1 would reach a pod that somebody else wired; {@link Loopback#NONE} when there is no route to it. */
    public synchronized Loopback loopbackTo(Ip pod) {
        try {
            int index = rtnetlink.routes().lookUp(pod).device();
            String device = rtnetlink.links().find(index).map(Link::name).orElse("");
            boolean ours = LoopbackSwitches.ours(applied).contains(device);
            return new Loopback(device, ours || switches.isOff(device));
        } catch (KernelException e) {
            LOG.warn("{} can't be reached at 127.0.0.1: {}", pod, e.getMessage());
            return Loopback.NONE;
        }
    }

    /**
     * Brings the kernel to this book. Where somebody else has changed our table since, it is made anew as a whole.
     *
     * @throws KernelException when the kernel refuses; the next call makes the table anew
     */
    public synchronized void apply(NatBook book) {
        if (book.pods().isEmpty() && !spec.masquerade()) {
            clean();
            return;
        }
        try {
            bring(open(), book);
        } catch (RuntimeException e) {
            whole = true; // nobody knows how far it came
            throw e;
        }
    }

    private void bring(Open kernel, NatBook book) {
        switches.off(applied, book);
        if (!whole) {
            whole = !changed(kernel.table(), book);
        }
        if (whole) {
            kernel.table().replace(all(book));
            whole = false;
        }
        switches.on(applied, book);
        differing(applied, book).forEach(pod -> kernel.flows().gone(pod.forwards()));
        differing(book, applied).forEach(pod -> kernel.flows().come(pod.forwards()));
        kernel.flows().forget();
        applied = book;
    }

    private Open open() {
        if (open.isEmpty()) {
            OwnTable table = OwnTable.open(node, NatSchema.TABLE);
            try {
                open = Optional.of(new Open(table, PortFlows.of(node, this::addresses)));
            } catch (RuntimeException e) {
                table.close();
                throw e;
            }
        }
        return open.get();
    }

    private Set<Ip> addresses() {
        Set<Ip> addresses = new HashSet<>();
        rtnetlink
                .addresses()
                .list()
                .forEach(address -> addresses.add(address.prefix().address()));
        return addresses;
    }

    private Transaction all(NatBook book) {
        Transaction t = NatSchema.replaceTable(spec.bridge());
        NatElements.ofNode(spec).forEach(t::add);
        book.pods().values().forEach(pod -> NatElements.ofPod(pod, spec).forEach(t::add));
        return t.add(NatSchema.LOOPBACK_DEVICES, NatElements.devicesOnlyIn(book, NatBook.EMPTY));
    }

    /** Whether the difference could be made. */
    private boolean changed(OwnTable table, NatBook book) {
        Transaction t = new Transaction();
        differing(applied, book).forEach(pod -> NatElements.ofPod(pod, spec).forEach(t::delete));
        differing(book, applied).forEach(pod -> NatElements.ofPod(pod, spec).forEach(t::add));
        t.delete(NatSchema.LOOPBACK_DEVICES, NatElements.devicesOnlyIn(applied, book));
        t.add(NatSchema.LOOPBACK_DEVICES, NatElements.devicesOnlyIn(book, applied));
        if (t.isEmpty()) {
            return true;
        }
        try {
            boolean changed = table.change(t);
            if (!changed) {
                LOG.warn("somebody else has changed table {}, so it is made anew", NatSchema.TABLE);
            }
            return changed;
        } catch (KernelException e) {
            LOG.warn("table {} can't be changed and is made anew: {}", NatSchema.TABLE, e.getMessage());
            return false;
        }
    }

    /** Those of one book that the other doesn't have just so. */
    private static List<Translation> differing(NatBook one, NatBook other) {
        List<Translation> differing = new ArrayList<>();
        for (Translation pod : one.pods().values()) {
            if (!other.of(pod.owner()).equals(Optional.of(pod))) {
                differing.add(pod);
            }
        }
        return differing;
    }

    /**
     * Looks whether the table and the switches are as they were left, and makes them so.
     *
     * @return a sentence for each thing that wasn't
     */
    public synchronized List<String> mend() {
        List<String> findings = new ArrayList<>();
        if (open.isEmpty()) {
            return findings;
        }
        if (whole || !open.get().table().isUntouched()) {
            open.get().table().replace(all(applied));
            whole = false;
            findings.add("somebody else has changed table " + NatSchema.TABLE + ", so it was made anew");
        }
        findings.addAll(switches.mend(applied));
        return findings;
    }

    /** What is missing in the kernel for a pod; empty when all is there. */
    public synchronized List<String> missing(Translation pod) {
        Optional<Ruleset> found = open.flatMap(kernel -> kernel.table().read());
        if (found.isEmpty()) {
            return List.of("table " + NatSchema.TABLE);
        }
        List<String> missing = new ArrayList<>();
        Map<String, List<String>> rules = new HashMap<>();
        for (Ruleset.FilledChain chain : found.get().chains()) {
            rules.put(
                    chain.chain().name(),
                    chain.rules().stream().map(r -> r.text()).toList());
        }
        Set<String> chains = new TreeSet<>();
        NatSchema.rules(spec.bridge()).forEach(rule -> {
            if (!rules.getOrDefault(rule.chain(), List.of()).contains(rule.text())) {
                chains.add(rule.chain());
            }
        });
        chains.forEach(chain -> missing.add("a rule of chain " + NatSchema.TABLE + " " + chain));
        NatElements.ofPod(pod, spec).forEach((set, wanted) -> {
            Map<Bytes, Element> present = elements(found.get(), set);
            for (Element element : wanted) {
                Element is = present.get(element.key());
                if (is == null || !is.value().equals(element.value())) {
                    missing.add("an element of " + (set.isMap() ? "map " : "set ") + set);
                }
            }
        });
        return missing;
    }

    private static Map<Bytes, Element> elements(Ruleset ruleset, NftSet set) {
        Map<Bytes, Element> elements = new HashMap<>();
        for (FilledSet filled : ruleset.namedSets()) {
            if (filled.set().name().equals(set.name())) {
                filled.elements().forEach(element -> elements.put(element.key(), element));
            }
        }
        return elements;
    }

    /** The table as {@code nft list table inet fairlead-nat} prints it; empty when there is none. */
    public synchronized String text() {
        return open.map(kernel -> kernel.table().text()).orElse("");
    }

    /** Takes the table out of the kernel and switches back what was switched. */
    public synchronized void clean() {
        switches.off(applied, NatBook.EMPTY);
        remove(node);
        open.ifPresent(kernel -> {
            applied.pods().values().forEach(pod -> kernel.flows().gone(pod.forwards()));
            kernel.flows().forget();
        });
        applied = NatBook.EMPTY;
        whole = true;
        close();
    }

    /** Lets go of the kernel's door; the table stays. */
    @Override
    public synchronized void close() {
        open.ifPresent(kernel -> {
            kernel.table().close();
            kernel.flows().close();
        });
        open = Optional.empty();
    }
}
