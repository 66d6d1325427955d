package dev.fairlead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one kind for ever: lists it, watches from there, resumes where a watch was cut, and lists anew only where the server
 * has forgotten what came since. Confined to the thread that runs it.
 */
final class Reflector implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);
    private static final int OK = 200;
    private static final int PAGE = 500;
    private static final Duration LIST_PATIENCE = Duration.ofSeconds(60);
    /** As client-go has it: the server ends a watch after five to ten minutes. */
    private static final int WATCH_SECONDS = 300;
    /** Past the time at which the server should have ended it, the other side must be dead. */
    private static final Duration OVERTIME = Duration.ofSeconds(30);
    /** A server that ends each watch at once must not be asked as fast as it can answer. */
    private static final Duration SHORT = Duration.ofSeconds(1);
    /** A server without this kind may be replaced by a newer one. */
    private static final Duration WITHOUT = Duration.ofMinutes(5);

    private final ApiSource source;
    private final Watched watched;
    private final String path;
    private final Learning learning;
    private final RandomGenerator random;
    private final Backoff backoff;

    /** Where a watch goes on; empty when all must be listed first. */
    private String version = "";

    /** In a row. One is nothing: a server that is restarted cuts every watch. */
    private int failures;

    private boolean expired;

    Reflector(ApiSource source, Watched watched, String node, Learning learning, RandomGenerator random) {
        this.source = source;
        this.watched = watched;
        this.path = watched.path(node);
        this.learning = learning;
        this.random = random;
        this.backoff = new Backoff(random);
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                once();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once() throws InterruptedException {
        try {
            if (version.isEmpty()) {
                list();
            }
            long begun = System.nanoTime();
            watch();
            if (System.nanoTime() - begun < SHORT.toNanos()) {
                Thread.sleep(backoff.next());
            }
        } catch (RelistException e) {
            relist(e);
        } catch (RefusedException e) {
            if (e.isGone()) {
                relist(e);
            } else if (e.isNotFound() && watched.isOptional()) {
                learning.listed(watched, Map.of(), Set.of(), Long.MAX_VALUE);
                Thread.sleep(WITHOUT);
            } else {
                failed(e);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void relist(IOException why) throws InterruptedException {
        LOG.info("{} are listed anew: {}", watched.resource(), why.getMessage());
        version = "";
        if (expired) { // twice without an event in between
            Thread.sleep(backoff.next());
        }
        expired = true;
    }

    private void failed(Exception e) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("the follower ends");
        }
        failures++;
        switch (failures) {
            case 1 -> LOG.info("{} are asked for again: {}", watched.resource(), said(e));
            case 2 -> LOG.warn("{} can't be followed and are tried again and again: {}", watched.resource(), said(e));
            default -> LOG.debug("{} still can't be followed: {}", watched.resource(), said(e));
        }
        Thread.sleep(backoff.next());
    }

    private static String said(Throwable e) {
        String own = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e.getCause() == null
                        || e.getCause().getMessage() == null
                        || own.contains(e.getCause().getMessage())
                ? own
                : own + " (" + e.getCause().getMessage() + ")";
    }

    private void wentWell() {
        if (failures > 1) {
            LOG.info("{} are followed again", watched.resource());
        }
        failures = 0;
        backoff.reset();
    }

    private void list() throws IOException, InterruptedException {
        Map<ObjectName, Fact> facts = new HashMap<>();
        Set<ObjectName> there = new HashSet<>();
        String next = "";
        ListPage page;
        do {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int status = source.get(
                    path + "limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + Watched.encoded(next)),
                    LIST_PATIENCE,
                    (_, bytes, length) -> body.write(bytes, 0, length));
            if (status != OK) {
                throw new RefusedException(status, body.toByteArray());
            }
            page = ListPage.read(body.toByteArray(), object -> {
                ObjectName name = ObjectName.of(object);
                there.add(name);
                read(name, object, facts);
            });
            next = page.next();
        } while (!next.isEmpty());
        learning.listed(watched, facts, there, number(page.version()));
        version = page.version();
        wentWell();
    }

    private void read(ObjectName name, JsonNode object, Map<ObjectName, Fact> into) {
        try {
            into.put(name, FactReader.read(watched, object));
        } catch (Misunderstood e) {
            misunderstood(name, e);
        }
    }

    private void misunderstood(ObjectName name, Misunderstood e) {
        LOG.warn(
                "{} {} is not understood and stays as it was understood last, if ever: {}",
                watched.resource(),
                name,
                e.getMessage());
    }

    private void watch() throws IOException, InterruptedException {
        WatchLines lines = new WatchLines(this::happened);
        int seconds = WATCH_SECONDS + random.nextInt(WATCH_SECONDS);
        int status = source.get(
                path + "watch=1&allowWatchBookmarks=true&resourceVersion=" + Watched.encoded(version)
                        + "&timeoutSeconds=" + seconds,
                OVERTIME.plusSeconds(seconds),
                lines);
        if (status != OK) {
            throw new RefusedException(status, lines.excuse());
        }
    }

    private void happened(String type, JsonNode object) throws IOException {
        if (type.equals("ERROR")) {
            int code = object.path("code").asInt();
            byte[] text = object.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            throw new RefusedException(code, text);
        }
        String at = object.path("metadata").path("resourceVersion").asText("");
        long number = number(at);
        if (at.isEmpty() || number >= 0 && number <= number(version)) {
            return; // told twice
        }
        ObjectName name = ObjectName.of(object);
        switch (type) {
            case "ADDED", "MODIFIED" -> changed(name, object, number);
            case "DELETED" -> learning.changed(watched, name, Fact.NOTHING, number);
            case "BOOKMARK" -> learning.reached(watched, number);
            default -> LOG.debug("{}: a watch tells '{}', which nobody knows", watched.resource(), type);
        }
        version = at;
        expired = false;
        wentWell();
    }

    private void changed(ObjectName name, JsonNode object, long number) {
        try {
            learning.changed(watched, name, FactReader.read(watched, object), number);
        } catch (Misunderstood e) {
            misunderstood(name, e);
            learning.reached(watched, number);
        }
    }

    /** Versions are opaque to clients but for their order; -1 for one that is no number. */
    private static long number(String version) {
        try {
            return Long.parseLong(version);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
