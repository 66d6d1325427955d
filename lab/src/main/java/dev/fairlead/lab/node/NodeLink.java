package dev.fairlead.lab.node;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.kernel.tc.Netem;
import dev.fairlead.kernel.tc.Qdisc;
import dev.fairlead.kernel.tc.QdiscHandle;
import dev.fairlead.kernel.tc.TcRequests;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.LinkState.LossBy;
import dev.fairlead.packet.Ip;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The cable between a node and the switch, and what can be wrong with it on purpose. What is set is read back from the kernel,
 * so that it is true whoever changed it. Any thread.
 *
 * <pre>
 *   node:   uplink  the MTU; netem for what it sends, or table netdev lab-link-fault for both directions
 *      │
 *   switch: node-1  the MTU; netem for what it sends; down, which the node's end sees as a cable that is out
 * </pre>
 *
 * The agent that serves the node has no part in this: it keeps routes, its bridge and its own tables.
 */
public final class NodeLink {
    /** IPv6 asks for it on every link, RFC 8200 section 5; the kernel takes IPv6 away from a device that has less. */
    private static final int LEAST_MTU_IPV6 = 1280;

    /** {@code 7a:}, so that {@code tc} shows whose it is, if one knows. */
    private static final QdiscHandle HANDLE = QdiscHandle.ofMajor(0x7a);

    private static final String NO_NETEM =
            "this kernel has no netem, which is what delays packets, so the link stays as it was: load the module sch_netem"
                    + " (`modprobe sch_netem` as root), or start the lab where the kernel has it";

    private final NodeSlot slot;
    private final Netns node;
    private final Rtnetlink atSwitch;
    private final int usualMtu;
    /** Whether anything was ever set: else nobody needs to look. */
    private volatile boolean touched;

    NodeLink(NodeSlot slot, Netns node, Rtnetlink atSwitch, int usualMtu) {
        this.slot = slot;
        this.node = node;
        this.atSwitch = atSwitch;
        this.usualMtu = usualMtu;
    }

    public int usualMtu() {
        return usualMtu;
    }

    /** What is wrong with it in words, cheaply where nothing was ever set. */
    public List<String> faults() {
        return touched ? state().faults(usualMtu) : List.of();
    }

    /** How it is now. */
    public synchronized LinkState state() {
        try (Rtnetlink inNode = Rtnetlink.open(node)) {
            var uplink = inNode.links().require(Underlay.UPLINK);
            boolean up = atSwitch.links().require(slot.name()).isUp() && uplink.isUp();
            Optional<Netem> netem = netem(inNode, uplink.index());
            double byRule = LossTable.read(node);
            double byNetem = netem.map(Netem::lossPercent).orElse(0.0);
            LossBy by = byNetem > 0 ? LossBy.NETEM : byRule > 0 ? LossBy.NFTABLES : LossBy.NOBODY;
            return new LinkState(
                    up,
                    uplink.mtu(),
                    netem.map(Netem::delay).orElse(Duration.ZERO),
                    by == LossBy.NETEM ? byNetem : byRule,
                    by);
        }
    }

    private static Optional<Netem> netem(Rtnetlink rtnetlink, int index) {
        return rtnetlink.trafficControl().qdiscs(index).stream()
                .filter(qdisc -> qdisc.kind() instanceof Netem)
                .map(qdisc -> (Netem) qdisc.kind())
                .findFirst();
    }

    /**
     * Changes it; what is refused comes first, so that nothing is half done.
     *
     * @return how it is then
     * @throws LabRefusal when this node can't have that MTU, or this kernel no delay
     */
    public synchronized LinkState change(LinkChange change) {
        requireMtu(change);
        touched = true;
        LinkState before = change.clear() ? LinkState.usual(usualMtu) : state();
        Duration delay = change.delay().orElse(before.delay());
        double loss = change.lossPercent().orElse(before.lossPercent());
        try (Rtnetlink inNode = Rtnetlink.open(node)) {
            if (change.clear()
                    || change.delay().isPresent()
                    || change.lossPercent().isPresent()) {
                impair(inNode, delay, loss);
            }
            if (change.clear() || change.mtu().isPresent()) {
                LinkSetting mtu = LinkSetting.mtu(change.mtu().orElse(usualMtu));
                atSwitch.links().set(slot.name(), mtu);
                inNode.links().set(Underlay.UPLINK, mtu);
            }
            if (change.clear() || change.up().isPresent()) {
                setUp(inNode, change.up().orElse(true));
            }
        }
        return state();
    }

    /**
     * Down is the switch's port: the node's own end then has no carrier, and keeps addresses and routes, which the kernel would
     * take from a device that is down itself.
     */
    private void setUp(Rtnetlink inNode, boolean up) {
        if (up) { // somebody may have set the node's own end down by hand
            inNode.links().set(Underlay.UPLINK, LinkSetting.up());
        }
        atSwitch.links().set(slot.name(), up ? LinkSetting.up() : LinkSetting.down());
    }

    private void requireMtu(LinkChange change) {
        if (change.mtu().orElse(LEAST_MTU_IPV6) < LEAST_MTU_IPV6
                && slot.addresses().stream().anyMatch(Ip::isIpv6)) {
            throw new LabRefusal(slot.name() + " has IPv6 addresses, which the kernel takes away with an MTU of "
                    + change.mtu().getAsInt() + " bytes; use " + LEAST_MTU_IPV6 + " or more, or a lab without IPv6");
        }
    }

    /** By netem where the kernel has it; else loss by a rule, and no delay. */
    private void impair(Rtnetlink inNode, Duration delay, double loss) {
        int uplink = inNode.links().require(Underlay.UPLINK).index();
        int port = atSwitch.links().require(slot.name()).index();
        boolean any = !delay.isZero() || loss > 0;
        Netem netem = Netem.of(delay, loss);
        if (any && replaced(inNode, uplink, netem)) {
            atSwitch.apply(List.of(TcRequests.replace(Qdisc.root(port, HANDLE, netem))));
            LossTable.set(node, Underlay.UPLINK, 0);
            return;
        }
        if (!delay.isZero()) {
            throw new LabRefusal(NO_NETEM);
        }
        remove(inNode, uplink);
        remove(atSwitch, port);
        LossTable.set(node, Underlay.UPLINK, loss);
    }

    /** Whether the kernel has netem. */
    private static boolean replaced(Rtnetlink rtnetlink, int index, Netem netem) {
        try {
            rtnetlink.apply(List.of(TcRequests.replace(Qdisc.root(index, HANDLE, netem))));
            return true;
        } catch (KernelException e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    private static void remove(Rtnetlink rtnetlink, int index) {
        if (netem(rtnetlink, index).isPresent()) {
            rtnetlink.apply(List.of(TcRequests.delete(index, HANDLE, QdiscHandle.ROOT)));
        }
    }
}
