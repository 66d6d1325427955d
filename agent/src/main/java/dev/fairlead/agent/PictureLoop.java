package dev.fairlead.agent;

import dev.fairlead.dataplane.PeerRoutes;
import dev.fairlead.dataplane.ServiceTable;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.plan.routes.NodeRoutes.Uplink;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that makes a node follow the cluster: takes the latest picture, computes what this node should hold, has the
 * data path made so. A refusal is logged and tried again; it never keeps later pictures from being applied.
 */
final class PictureLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PictureLoop.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String node;
    private final Uplink uplink;
    private final PeerRoutes routes;
    private final ServiceTable services;
    private final Thread thread;

    /** Guarded by this. */
    private @Nullable ClusterPicture next;

    private boolean busy;
    private boolean closed;

    PictureLoop(AgentConfig config, PeerRoutes routes, ServiceTable services) {
        this.node = config.nodeName();
        this.uplink = new Uplink(config.uplink(), 0);
        this.routes = routes;
        this.services = services;
        this.thread = Thread.ofPlatform().daemon().name("agent-" + node).start(this::run);
    }

    synchronized void offer(ClusterPicture picture) {
        next = picture;
        notifyAll();
    }

    synchronized boolean awaitIdle(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (busy || next != null) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || closed) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private void run() {
        while (true) {
            ClusterPicture picture = take();
            if (picture == null) {
                return;
            }
            boolean done = false;
            try {
                apply(picture);
                done = true;
            } catch (RuntimeException e) {
                LOG.error("node {} could not follow the cluster and tries again: {}", node, e.getMessage(), e);
            }
            finished(picture, done);
        }
    }

    private void apply(ClusterPicture picture) {
        routes.apply(NodeRoutes.plan(picture, node, uplink));
        services.apply(services.applied().next(picture));
    }

    private synchronized @Nullable ClusterPicture take() {
        while (next == null && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        ClusterPicture taken = closed ? null : next;
        next = null;
        busy = taken != null;
        return taken;
    }

    private synchronized void finished(ClusterPicture picture, boolean done) {
        if (!done && next == null && !closed) {
            try {
                wait(RETRY.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            next = next == null ? picture : next;
        }
        busy = false;
        notifyAll();
    }

    void cleanRoutes() {
        routes.clean();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
