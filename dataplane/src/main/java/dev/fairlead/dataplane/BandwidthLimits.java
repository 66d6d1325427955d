package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.AddressGeneration;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkRequests;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.kernel.tc.Filter;
import dev.fairlead.kernel.tc.Qdisc;
import dev.fairlead.kernel.tc.QdiscHandle;
import dev.fairlead.kernel.tc.QdiscKind;
import dev.fairlead.kernel.tc.Tbf;
import dev.fairlead.kernel.tc.TcRequests;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Limits how fast pods receive and send. All of it is in the node's namespace, where a pod can't take it off, whatever rights
 * it has in its own (docs/decisions/0007). Safe from any thread; calls for one pod come one at a time.
 *
 * <pre>
 *   to the pod:    a token bucket filter sends ──► veth… ══ eth0 :pod
 *   from the pod:  veth… ──clsact, mirred──► ifb…, a token bucket filter ──► received by veth… as before
 * </pre>
 *
 * The filter on the veth goes with it. The ifb device doesn't: its alias says whose it is and which link it limits, as in
 * {@code fairlead/c1/eth0 veth0123456789 17}, and it is taken away when that link is gone.
 */
public final class BandwidthLimits implements AutoCloseable {
    private static final QdiscHandle HANDLE = QdiscHandle.ofMajor(0xf1);

    /** Before the filters of others, so that none of them can let packets by. */
    private static final int FIRST = 1;

    private static final Pattern NAME = Pattern.compile("ifb[0-9a-f]{10}");

    /** {@code IFALIASZ} of {@code <linux/if.h>} without the closing zero. */
    private static final int LONGEST_ALIAS = 255;

    private final Rtnetlink rtnetlink;
    private final LinkRemoval removal;

    /** @param rtnetlink into that namespace; stays the caller's, as the handle does */
    public BandwidthLimits(Netns node, Rtnetlink rtnetlink) {
        this.rtnetlink = rtnetlink;
        this.removal = new LinkRemoval(node, rtnetlink.links());
    }

    /** The alias of an ifb device of ours. @param portIndex 0 when an agent was killed before it could say */
    private record Label(String owner, String port, int portIndex) {
        static Optional<Label> of(Link link) {
            if (!(link.kind() instanceof LinkKind.Ifb)
                    || !NAME.matcher(link.name()).matches()) {
                return Optional.empty();
            }
            String[] words = link.alias().split(" ", -1);
            if (link.alias().isEmpty()) {
                return Optional.of(new Label("", "", 0));
            }
            boolean ours = words.length == 3
                    && words[2].matches("[0-9]{1,9}")
                    && link.name().equals(name(words[0]));
            return ours ? Optional.of(new Label(words[0], words[1], Integer.parseInt(words[2]))) : Optional.empty();
        }

        String text() {
            String text = owner + " " + port + " " + portIndex;
            if (text.length() > LONGEST_ALIAS) {
                throw new PodWiringException("the names in " + owner + " are too long to limit its bandwidth: they must"
                        + " fit into " + LONGEST_ALIAS + " bytes; give the network a shorter name");
            }
            return text;
        }
    }

    /** Of the device that what a pod sends goes through; it follows from the owner, as the node's end of the veth does. */
    static String name(String owner) {
        return "ifb" + PodInterface.hostName(owner).substring("veth".length());
    }

    /**
     * Limits a pod, in the place of limits that it has; when it fails there are none.
     *
     * @param owner {@code network/container/interface}
     * @param port the node's end of the pod's veth pair, whoever made it
     * @throws KernelException of the first step that was refused: ENOENT or EOPNOTSUPP where the kernel lacks a part
     */
    public void limit(String owner, Link port, RateLimit toPod, RateLimit fromPod) {
        forget(owner);
        try {
            if (!toPod.isNone()) {
                rtnetlink.apply(List.of(TcRequests.replace(Qdisc.root(port.index(), HANDLE, toPod.tbf()))));
            }
            if (!fromPod.isNone()) {
                limitSending(owner, port, fromPod.tbf());
            }
        } catch (RuntimeException e) {
            try {
                forget(owner);
                takeOff(port.index());
            } catch (KernelException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    private void limitSending(String owner, Link port, Tbf tbf) {
        int ifb = make(new Label(owner, port.name(), port.index()));
        rtnetlink.apply(List.of(
                TcRequests.add(Qdisc.root(ifb, HANDLE, tbf)),
                TcRequests.replace(Qdisc.clsact(port.index())),
                TcRequests.add(Filter.redirectReceived(port.index(), FIRST, ifb))));
    }

    /** Synchronized with {@link #mend}, to which a device without a label is one that an agent was killed over. */
    private synchronized int make(Label label) {
        String name = name(label.owner());
        String alias = label.text();
        // By itself: with a refusal of this one, the next would change somebody else's device.
        rtnetlink.links().create(new LinkKind.Ifb(), LinkSetting.name(name));
        rtnetlink.apply(List.of(
                LinkRequests.set(name, LinkSetting.alias(alias), LinkSetting.addressGeneration(AddressGeneration.NONE)),
                LinkRequests.set(name, LinkSetting.up())));
        return rtnetlink.links().require(name).index();
    }

    /** Takes off what was put on a link, if it is still there. */
    private void takeOff(int port) {
        if (rtnetlink.links().find(port).isEmpty()) {
            return;
        }
        List<Request> requests = new ArrayList<>();
        for (Qdisc qdisc : rtnetlink.trafficControl().qdiscs(port)) {
            if (qdisc.handle().equals(HANDLE)) {
                requests.add(TcRequests.delete(port, qdisc.handle(), qdisc.parent()));
            } else if (qdisc.kind() instanceof QdiscKind.Clsact && !isUsedByOthers(port)) {
                requests.add(TcRequests.delete(port, qdisc.handle(), qdisc.parent()));
            } else if (qdisc.kind() instanceof QdiscKind.Clsact) {
                requests.add(TcRequests.delete(Filter.redirectReceived(port, FIRST, 0)));
            }
        }
        for (Optional<NetlinkException> refusal : rtnetlink.pipeline(requests)) {
            if (refusal.isPresent() && !refusal.get().isNotFound()) {
                throw refusal.get();
            }
        }
    }

    private boolean isUsedByOthers(int port) {
        List<Filter> filters = new ArrayList<>(rtnetlink.trafficControl().filters(port, QdiscHandle.CLSACT_EGRESS));
        filters.addAll(rtnetlink.trafficControl().filters(port, QdiscHandle.CLSACT_INGRESS));
        return filters.stream().anyMatch(filter -> filter.priority() != FIRST);
    }

    /** Ends a pod's limits; its veth may be gone already, and with it the limit on what the pod receives. */
    public void forget(String owner) {
        Optional<Link> ifb = rtnetlink.links().find(name(owner));
        ifb.flatMap(Label::of).ifPresent(label -> remove(ifb.get(), label));
    }

    /** The redirection first: without its device it would drop all that the pod sends. */
    private void remove(Link ifb, Label label) {
        if (label.portIndex() != 0) {
            takeOff(label.portIndex());
        }
        removal.remove(ifb);
    }

    /** What is missing of limits, for each a phrase. */
    public List<String> missing(String owner, Link port, RateLimit toPod, RateLimit fromPod) {
        List<String> missing = new ArrayList<>();
        if (!toPod.isNone() && !has(port.index(), toPod.tbf())) {
            missing.add("the token bucket filter " + toPod.tbf() + " on " + port.name());
        }
        if (fromPod.isNone()) {
            return missing;
        }
        Optional<Link> ifb = rtnetlink.links().find(name(owner));
        if (ifb.isEmpty()) {
            missing.add("the device " + name(owner));
            return missing;
        }
        if (!ifb.get().isUp() || !has(ifb.get().index(), fromPod.tbf())) {
            missing.add("the token bucket filter " + fromPod.tbf() + " on " + name(owner));
        }
        boolean redirected = rtnetlink.trafficControl().filters(port.index(), QdiscHandle.CLSACT_INGRESS).stream()
                .anyMatch(filter -> filter.redirectsTo().contains(ifb.get().index()));
        if (!redirected) {
            missing.add("the filter that sends what " + port.name() + " receives to " + name(owner));
        }
        return missing;
    }

    private boolean has(int device, Tbf wanted) {
        return rtnetlink.trafficControl().qdiscs(device).stream()
                .anyMatch(qdisc ->
                        qdisc.parent().equals(QdiscHandle.ROOT) && qdisc.kind() instanceof Tbf tbf && tbf.does(wanted));
    }

    /** Pods whose sending is limited: {@code network/container/interface}. */
    public Set<String> owners() {
        Set<String> owners = new TreeSet<>();
        for (Link link : rtnetlink.links().list()) {
            Label.of(link).filter(label -> !label.owner().isEmpty()).ifPresent(label -> owners.add(label.owner()));
        }
        return owners;
    }

    /** Takes devices away whose pod is gone. @return a sentence for each */
    public synchronized List<String> mend() {
        List<String> findings = new ArrayList<>();
        List<Link> links = rtnetlink.links().list();
        for (Link ifb : links) {
            Optional<Label> label = Label.of(ifb);
            if (label.isPresent() && links.stream().noneMatch(port -> isPort(port, label.get()))) {
                remove(ifb, label.get());
                String whose =
                        label.get().owner().isEmpty() ? "nobody" : label.get().owner();
                findings.add("the device " + ifb.name() + " that limited " + whose
                        + " was removed, because the interface is gone");
            }
        }
        return findings;
    }

    private static boolean isPort(Link link, Label label) {
        return link.index() == label.portIndex() && link.name().equals(label.port());
    }

    /** Takes off the limits on what pods send; those on what they receive go with their veths. */
    public void clean() {
        for (Link link : rtnetlink.links().list()) {
            Label.of(link).ifPresent(label -> remove(link, label));
        }
    }

    /** Waits until the kernel has cleared up. The socket stays the caller's. */
    @Override
    public void close() {
        removal.close();
    }
}
