package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.StoreEvent;
import dev.fairlead.lab.model.PodEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Writes what happens as Events ({@code core/v1 Event}). The same thing again is counted, not written again. They are kept for
 * an hour, as {@code kube-apiserver --event-ttl} keeps them, and no more than {@value #MOST}, of one object no more than
 * {@value #MOST_OF_ONE}: a pod in trouble must not push out what others have to say. {@link #hear} is for any thread, the rest
 * for the one that writes.
 */
final class EventBook {
    static final Duration KEPT = Duration.ofHours(1);
    static final int MOST = 1000;
    static final int MOST_OF_ONE = 50;

    /** @param last when it happened last */
    private record Entry(ObjectKey key, String about, Instant last) {}

    private final Queue<Occurrence> heard = new ConcurrentLinkedQueue<>();
    /** By what makes two the same, in the order in which they happened last. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private final Map<String, Integer> perObject = new LinkedHashMap<>();
    private long number;

    /** To be written when {@link #write} is called next. */
    void hear(Occurrence occurrence) {
        heard.add(occurrence);
    }

    /** Somebody else wrote or deleted an Event. */
    void seen(StoreEvent change) {
        if (change.change() == StoreEvent.Change.DELETED) {
            entries.entrySet().removeIf(entry -> {
                boolean same = entry.getValue().key().equals(change.key());
                if (same) {
                    count(entry.getValue().about(), -1);
                }
                return same;
            });
        } else {
            know(change.object());
        }
    }

    /** One that is there already. */
    void know(JsonNode event) {
        String time = event.path("lastTimestamp")
                .asText(event.path("eventTime")
                        .asText(event.path("metadata").path("creationTimestamp").asText()));
        Instant last = time.isEmpty() || time.equals("null") ? Instant.EPOCH : Instant.parse(time);
        JsonNode metadata = event.path("metadata");
        ObjectKey key = Resources.EVENTS.key(
                metadata.path("namespace").asText(), metadata.path("name").asText());
        put(
                identity(event),
                new Entry(key, event.path("involvedObject").path("uid").asText(), last));
    }

    private void put(String identity, Entry entry) {
        Entry before = entries.remove(identity);
        entries.put(identity, entry);
        count(entry.about(), before == null ? 1 : 0);
    }

    private void count(String about, int more) {
        perObject.merge(about, more, Integer::sum);
        perObject.remove(about, 0);
    }

    private static String identity(JsonNode event) {
        JsonNode about = event.path("involvedObject");
        return String.join(
                "\n",
                about.path("uid").asText(),
                about.path("fieldPath").asText(),
                event.path("type").asText(),
                event.path("reason").asText(),
                event.path("source").path("component").asText(),
                event.path("message").asText());
    }

    /** Writes what was heard, and takes away what is too old or too much. */
    void write(ObjectStore.Draft draft, Instant now) {
        for (Occurrence one = heard.poll(); one != null; one = heard.poll()) {
            write(one, draft);
        }
        boolean tooMany = perObject.values().stream().anyMatch(count -> count > MOST_OF_ONE);
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            boolean goes = entries.size() > MOST || entry.last().plus(KEPT).isBefore(now);
            if (!goes && !tooMany) {
                return; // those that follow are younger
            }
            if (goes || perObject.getOrDefault(entry.about(), 0) > MOST_OF_ONE) {
                oldest.remove();
                count(entry.about(), -1);
                if (draft.find(entry.key()).isPresent()) {
                    draft.remove(entry.key());
                }
            }
        }
    }

    private void write(Occurrence one, ObjectStore.Draft draft) {
        String namespace =
                one.object().namespace().isEmpty() ? "default" : one.object().namespace();
        boolean mayHold = draft.find(Resources.NAMESPACES.key("", namespace))
                .filter(found -> !found.path("metadata").has("deletionTimestamp"))
                .isPresent();
        if (!mayHold) {
            return;
        }
        ObjectNode event = document(one, namespace);
        String identity = identity(event);
        Entry before = entries.get(identity);
        Optional<ObjectNode> old = before == null ? Optional.empty() : draft.find(before.key());
        ObjectKey key = before != null && old.isPresent()
                ? before.key()
                : Resources.EVENTS.key(
                        namespace, event.path("metadata").path("name").asText());
        if (old.isPresent()) {
            ObjectNode again = old.get().deepCopy();
            again.put("count", again.path("count").asInt(1) + 1);
            event = again.put("lastTimestamp", PodStatuses.text(one.when()));
        }
        draft.put(key, event);
        put(identity, new Entry(key, one.uid(), one.when()));
    }

    private ObjectNode document(Occurrence one, String namespace) {
        PodEvent what = one.what();
        String time = PodStatuses.text(one.when());
        ObjectNode event =
                JsonNodeFactory.instance.objectNode().put("kind", "Event").put("apiVersion", "v1");
        long stamp = one.when().getEpochSecond() * 1_000_000_000L + one.when().getNano() + ++number;
        event.putObject("metadata")
                .put("name", one.object().name() + "." + Long.toHexString(stamp))
                .put("namespace", namespace)
                .put("uid", new UUID(stamp, number).toString())
                .put("creationTimestamp", time);
        ObjectNode about = event.putObject("involvedObject")
                .put("kind", one.kind().toString())
                .put("name", one.object().name())
                .put("uid", one.uid())
                .put("apiVersion", one.kind().apiVersion());
        if (!one.object().namespace().isEmpty()) {
            about.put("namespace", one.object().namespace());
        }
        if (!what.fieldPath().isEmpty()) {
            about.put("fieldPath", what.fieldPath());
        }
        ObjectNode source = event.put("reason", what.reason())
                .put("message", what.message())
                .putObject("source")
                .put("component", one.component());
        if (!one.host().isEmpty()) {
            source.put("host", one.host());
        }
        return event.put("firstTimestamp", time)
                .put("lastTimestamp", time)
                .put("count", 1)
                .put("type", what.warning() ? "Warning" : "Normal")
                .put("reportingComponent", one.component())
                .put("reportingInstance", one.host());
    }
}
