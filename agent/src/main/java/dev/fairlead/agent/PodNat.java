package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.dataplane.NatTable;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.Translation;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Host ports ({@code portMappings}) and masquerade ({@code ipMasq}) of pods, by the {@link NatTable}. What a pod has is on
 * the disk before it is in the kernel, and out of the kernel before it is off the disk, so the kernel never holds what nobody
 * knows of.
 */
final class PodNat implements PodFeature {
    /** Ours, since the configuration is fine: the port is busy. */
    static final int HOST_PORT_TAKEN = 101;

    private static final Logger LOG = LoggerFactory.getLogger(PodNat.class);

    private final NatFile file;
    private final NatTable table;
    private final String bridge;
    private volatile NatBook book = NatBook.EMPTY;
    private final List<String> found = new ArrayList<>();

    private PodNat(NatFile file, NatTable table, String bridge) {
        this.file = file;
        this.table = table;
        this.bridge = bridge;
    }

    /** Brings back what pods had that are still there; to be called when leases and links agree. */
    static PodNat start(AgentConfig config, PodBridge bridge, LeaseBook leases) {
        NatTable table = NatTable.start(
                config.node(),
                bridge.rtnetlink(),
                new NatTable.Spec(config.bridge(), config.podCidrs(), config.masquerade()));
        PodNat nat = new PodNat(new NatFile(config.stateDirectory()), table, config.bridge());
        try {
            nat.takeUp(config, leases);
            return nat;
        } catch (RuntimeException e) {
            table.close();
            throw e;
        }
    }

    /** Pods that somebody else wired and that have something here, where no agent serves; a damaged file isn't looked into. */
    static List<String> chained(Path stateDirectory) {
        NatFile.Found found = new NatFile(stateDirectory).read();
        return found.book().pods().values().stream()
                .filter(pod -> pod.chained() && !found.restarted())
                .map(pod -> pod.owner().toString())
                .toList();
    }

    private synchronized void takeUp(AgentConfig config, LeaseBook leases) {
        NatFile.Found onDisk = file.read();
        NatBook kept = onDisk.book();
        if (!onDisk.damage().isEmpty()) {
            found.add(onDisk.damage());
            NatRebuilding.Rebuilt rebuilt = NatRebuilding.from(NatTable.held(config.node()), leases, this::loopback);
            kept = rebuilt.book();
            found.addAll(rebuilt.findings());
        }
        NatBook before = kept;
        kept = before.keeping(pod -> pod.chained()
                ? !onDisk.restarted()
                : leases.ipam().lease(pod.owner()).isPresent());
        for (Translation pod : before.pods().values()) {
            if (kept.of(pod.owner()).isEmpty()) {
                found.add("host ports of " + pod.owner() + " were taken back, because the pod is gone: "
                        + pod.forwards());
            }
        }
        found.forEach(finding -> LOG.warn("{}", finding));
        if (!kept.equals(onDisk.book()) || onDisk.restarted()) {
            file.write(kept);
        }
        table.apply(kept);
        book = kept;
    }

    /** What was found and mended at the start, a sentence each. */
    List<String> found() {
        return List.copyOf(found);
    }

    /** How a pod is reached at 127.0.0.1. The switch of our own bridge is ours alone. */
    private Loopback loopback(Translation pod) {
        if (!pod.needsLoopback()) {
            return Loopback.NONE;
        }
        return pod.chained() ? table.loopbackTo(pod.addresses().getFirst().address()) : new Loopback(bridge, true);
    }

    @Override
    public void start(AddRequest request, Attachment owner, AddResult wired) {
        Translation wanted = NatRequest.of(request, owner, wired);
        if (wanted.isNothing() && book.of(owner).isEmpty()) {
            return; // most pods: nothing to wait for
        }
        synchronized (this) {
            NatBook before = book;
            before.taken(wanted).ifPresent(PodNat::refuse);
            NatBook after = wanted.isNothing()
                    ? before.without(owner)
                    : before.with(wanted.reachedAtLoopbackBy(loopback(wanted)));
            change(before, after, owner);
        }
    }

    private static void refuse(NatBook.Taken taken) {
        throw new CniException(
                HOST_PORT_TAKEN,
                "the host port " + taken.wanted().hostText() + " is taken by " + taken.holder() + ", which has "
                        + taken.held(),
                "delete that pod, or ask for another host port or host address");
    }

    private void change(NatBook before, NatBook after, Attachment owner) {
        try {
            file.write(after);
            table.apply(after);
            book = after;
        } catch (RuntimeException e) {
            try {
                table.apply(before);
                file.write(before);
            } catch (RuntimeException undo) {
                e.addSuppressed(undo);
            }
            if (e instanceof UncheckedIOException) {
                throw new CniException(
                        ErrorCode.IO_FAILURE,
                        "no host ports for " + owner + ", since they must be on disk before they are used",
                        String.valueOf(e.getMessage()),
                        e);
            }
            throw e;
        }
    }

    @Override
    public void forget(Attachment owner) {
        if (book.of(owner).isEmpty()) {
            return;
        }
        synchronized (this) {
            NatBook after = book.without(owner);
            table.apply(after);
            file.write(after);
            book = after;
        }
    }

    @Override
    public Set<Attachment> owners() {
        return book.pods().keySet();
    }

    @Override
    public void check(CheckRequest request, Attachment owner) {
        Translation wanted = NatRequest.of(request, owner, request.prevResult());
        Translation has = book.of(owner).orElse(wanted);
        List<String> missing = new ArrayList<>();
        if (!wanted.forwards().equals(has.forwards()) && !wanted.forwards().isEmpty()) {
            missing.add("host ports other than " + has.forwards());
        }
        if (!has.isNothing()) {
            missing.addAll(table.missing(has));
        }
        if (!missing.isEmpty()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "the host ports of " + request.attachment() + " on network '"
                            + request.conf().name() + "' are not as ADD left them",
                    "missing: " + String.join(", ", missing)
                            + "; the agent mends its table within a minute, so find out who changed it");
        }
    }

    @Override
    public List<String> mend() {
        return table.mend();
    }

    @Override
    public synchronized void clean() {
        table.clean();
    }

    @Override
    public void close() {
        table.close();
    }
}
