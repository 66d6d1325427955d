package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.EventForms;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.store.ExpiredException;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.ObjectStore.Listing;
import dev.fairlead.api.store.StoreEvent;
import dev.fairlead.api.store.StoreEvent.Change;
import dev.fairlead.api.store.Watch;
import dev.fairlead.api.table.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Watches: one JSON document a line, {@code ADDED}, {@code MODIFIED} and {@code DELETED} as the selectors see it, {@code
 * BOOKMARK} for those who ask, and {@code ERROR} with a {@code Status} where the history is gone (API concepts, "Efficient
 * detection of changes").
 */
final class Watches {
    /** A bookmark this often, when nothing else comes. */
    private static final Duration BOOKMARKS = Duration.ofSeconds(15);

    private static final long USUAL_SECONDS = 1800;

    private final ObjectStore store;

    Watches(ObjectStore store) {
        this.store = store;
    }

    Reply watch(Target target, ApiRequest request) {
        Query query = request.query();
        Predicate<JsonNode> chosen = Lists.chosen(target, query);
        boolean initial = query.flag("sendInitialEvents");
        String since = query.text("resourceVersion");
        long after = query.number("resourceVersion", 0);
        boolean fromNow = initial || since.isEmpty() || after == 0;
        Listing listing = store.list(target.resource().kept().name(), target.namespace());
        Watch watch;
        try {
            if (!fromNow) {
                Lists.requireKnown(after, listing.revision());
            }
            watch = store.watch(target.resource().kept().name(), fromNow ? listing.revision() : after);
        } catch (ExpiredException e) {
            return gone(target, request, ApiException.expired(String.valueOf(e.getMessage())));
        } catch (ApiException tooLate) {
            return gone(target, request, tooLate);
        }
        Seconds deadline = new Seconds(query.number("timeoutSeconds", USUAL_SECONDS));
        return new Reply.Stream("application/json", true, out -> {
            try (watch) {
                Lines lines = new Lines(out, target.resource(), request);
                if (fromNow) {
                    for (ObjectNode object : listing.objects()) {
                        if (chosen.test(object)) {
                            lines.write("ADDED", object);
                        }
                    }
                    if (initial) {
                        lines.bookmark(listing.revision(), true);
                    }
                }
                if (!initial && query.flag("allowWatchBookmarks")) {
                    // Helidon sends headers with the first bytes only, and clients wait for the headers.
                    lines.bookmark(fromNow ? listing.revision() : after, false);
                }
                out.flush();
                follow(target, chosen, watch, lines, deadline, query.flag("allowWatchBookmarks"));
            }
        });
    }

    /** An event and no refusal, as the real server has it: fabric8's client would ask the same again for ever. */
    private static Reply gone(Target target, ApiRequest request, ApiException why) {
        return new Reply.Stream("application/json", true, out -> new Lines(out, target.resource(), request).error(why));
    }

    /** A time from now. */
    private record Seconds(long from, long seconds) {
        Seconds(long seconds) {
            this(System.nanoTime(), seconds);
        }

        Duration left() {
            return Duration.ofSeconds(seconds).minusNanos(System.nanoTime() - from);
        }
    }

    private static void follow(
            Target target, Predicate<JsonNode> chosen, Watch watch, Lines lines, Seconds deadline, boolean bookmarks)
            throws IOException, InterruptedException {
        while (!watch.isClosed() && deadline.left().isPositive()) {
            Duration patience = deadline.left().compareTo(BOOKMARKS) < 0 ? deadline.left() : BOOKMARKS;
            List<StoreEvent> events;
            try {
                events = watch.next(patience);
            } catch (ExpiredException e) {
                lines.error(ApiException.expired(String.valueOf(e.getMessage())));
                return;
            }
            for (StoreEvent event : events) {
                if (target.namespace().isEmpty()
                        || target.namespace().equals(event.key().namespace())) {
                    tell(event, chosen, lines);
                }
            }
            if (events.isEmpty() && bookmarks) {
                lines.bookmark(watch.reached(), false);
            }
            lines.flush();
        }
        if (bookmarks) {
            lines.bookmark(watch.reached(), false);
            lines.flush();
        }
    }

    /** To a selector, an object that begins to fit is new and one that ceases to is gone. */
    private static void tell(StoreEvent event, Predicate<JsonNode> chosen, Lines lines) throws IOException {
        boolean was = event.before().isPresent() && chosen.test(event.before().get());
        boolean is = event.change() != Change.DELETED && chosen.test(event.object());
        if (is) {
            lines.write(was ? "MODIFIED" : "ADDED", event.object());
        } else if (was) {
            lines.write("DELETED", event.object());
        }
    }

    /** Writes events, as objects or as rows of a table. */
    private static final class Lines {
        private final OutputStream out;
        private final Resource resource;
        private final ApiRequest request;
        private boolean first = true;

        Lines(OutputStream out, Resource resource, ApiRequest request) {
            this.out = out;
            this.resource = resource;
            this.request = request;
        }

        void write(String type, ObjectNode object) throws IOException {
            JsonNode shown = EventForms.shown(resource, object);
            if (request.wantsTable()) {
                ObjectNode meta = JsonNodeFactory.instance.objectNode();
                meta.set("resourceVersion", object.path("metadata").path("resourceVersion"));
                shown = Tables.of(
                        resource.kept(), List.of(object), meta, request.query().text("includeObject"), first);
                first = false;
            }
            line(type, shown);
        }

        void bookmark(long revision, boolean endsInitial) throws IOException {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            object.put("kind", resource.kind()).put("apiVersion", resource.apiVersion());
            ObjectNode meta = object.putObject("metadata").put("resourceVersion", Long.toString(revision));
            if (endsInitial) {
                meta.putObject("annotations").put("k8s.io/initial-events-end", "true");
            }
            if (request.wantsTable()) {
                ObjectNode about =
                        JsonNodeFactory.instance.objectNode().put("resourceVersion", Long.toString(revision));
                line("BOOKMARK", Tables.of(resource.kept(), List.of(), about, "None", false));
            } else {
                line("BOOKMARK", object);
            }
        }

        void error(ApiException why) throws IOException {
            line("ERROR", why.status());
            out.flush();
        }

        private void line(String type, JsonNode object) throws IOException {
            ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
            event.set("object", object);
            out.write(ApiRequest.JSON.writeValueAsBytes(event));
            out.write('\n');
        }

        void flush() throws IOException {
            out.flush();
        }
    }
}
