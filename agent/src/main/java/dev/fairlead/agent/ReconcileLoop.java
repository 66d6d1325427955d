package dev.fairlead.agent;

import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares leases and links when the agent starts, and what else should agree with them, every minute, and when it is asked
 * to. One at a time; any thread.
 */
final class ReconcileLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReconcileLoop.class);
    private static final int PERIOD_SECONDS = 60;

    private final Reconciler reconciler;
    private Reconciliation first;
    private final ScheduledExecutorService clock;
    private final List<Supplier<List<String>>> others = new CopyOnWriteArrayList<>();

    private ReconcileLoop(Reconciler reconciler, Reconciliation first, String node) {
        this.reconciler = reconciler;
        this.first = first;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("truth-" + node).factory());
        var _ = clock.scheduleWithFixedDelay(this::inBackground, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    /** Compares before anybody is served. */
    static ReconcileLoop start(
            String node, Addresses addresses, PodBridge bridge, PodWiring wiring, AttachmentLocks locks) {
        Reconciler reconciler = new Reconciler(addresses, bridge, wiring, locks);
        List<String> findings = new ArrayList<>();
        if (!addresses.leases().damage().isEmpty()) {
            findings.add(addresses.leases().damage());
        }
        findings.addAll(addresses.delegated().notes().damage());
        findings.forEach(damage -> LOG.error("{}", damage));
        findings.addAll(reconciler.run().findings());
        return new ReconcileLoop(reconciler, new Reconciliation(findings), node);
    }

    /** Has those who keep something for each lease follow what is mended from now on. */
    void tell(PodGuard guard, PodFeature features) {
        reconciler.tell(new Reconciler.Listener() {
            @Override
            public void released(Attachment attachment) {
                features.forget(attachment);
                guard.forget(attachment);
            }

            @Override
            public void adopted(Lease lease) {
                guard.protect(lease);
            }
        });
        also(guard::mend);
    }

    /** Has something else compared from now on as well, after leases and links; it says what it found and did. */
    void also(Supplier<List<String>> comparison) {
        others.add(comparison);
    }

    /** Adds what others found at the start. To be called before anybody is served. */
    void alsoFound(List<String> findings) {
        List<String> all = new ArrayList<>(first.findings());
        all.addAll(findings);
        first = new Reconciliation(all);
    }

    Reconciliation first() {
        return first;
    }

    Reconciliation now() {
        synchronized (reconciler) {
            List<String> findings = new ArrayList<>(reconciler.run().findings());
            for (Supplier<List<String>> other : others) {
                List<String> more = other.get();
                more.forEach(finding -> LOG.warn("{}", finding));
                findings.addAll(more);
            }
            return new Reconciliation(findings);
        }
    }

    private void inBackground() {
        try {
            var _ = now();
        } catch (RuntimeException e) {
            LOG.error("leases and links could not be compared and will be in a minute: {}", e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(PERIOD_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("leases and links were still compared when the agent ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
