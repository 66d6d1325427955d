package dev.fairlead.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.StoreEvent.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All objects, one counter for all their changes, and the last changes for those who watch. Writers exclude one another and
 * everybody sees changes in the order of the counter; whoever writes gets a {@link Draft} in which all its writes are made or
 * none. Any thread.
 */
public final class ObjectStore implements AutoCloseable {
    /** A watch that was cut can be resumed over this many changes. */
    public static final int HISTORY = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final ArrayDeque<StoreEvent> history = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Watch> watches = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Consumer<List<StoreEvent>>> listeners = new CopyOnWriteArrayList<>();
    private final Journal journal;
    private final int historySize;
    private long revision;
    /** What the journal has taken in. */
    private long position;
    /** Changes up to here are not in the history any more. */
    private long forgotten;

    /** @param revision where the counter begins */
    public ObjectStore(Journal journal, long revision, Collection<Kept> kept, int historySize) {
        this.journal = journal;
        this.revision = revision;
        this.forgotten = revision;
        this.historySize = historySize;
        kept.forEach(one -> objects.put(one.key(), one.object()));
    }

    /** An empty store that lives as long as the process. */
    public static ObjectStore inMemory() {
        return new ObjectStore(Journal.NONE, 1, List.of(), HISTORY);
    }

    /** An object that a journal gives back. */
    public record Kept(ObjectKey key, ObjectNode object) {}

    /** What is there, all at one revision. */
    public record Listing(long revision, List<ObjectNode> objects) {}

    /**
     * Has everything that changes told, on the writer's thread and before the next write: be quick, and don't write.
     */
    public void listen(Consumer<List<StoreEvent>> listener) {
        listeners.add(listener);
    }

    /**
     * Makes writes that belong together, and returns when they will outlast the machine. What {@code work} throws undoes them
     * all.
     *
     * @return what {@code work} returned
     * @throws JournalException when they could not be kept
     */
    public <T> T write(Function<Draft, T> work) {
        T result = writeSoon(work);
        awaitDurable();
        return result;
    }

    /**
     * As {@link #write}, and doesn't wait for the disk: the writes outlast this process, and outlast the machine as soon as
     * somebody has waited for later ones. For writes that nobody is told of as done.
     */
    public <T> T writeSoon(Function<Draft, T> work) {
        lock.lock();
        try {
            Draft draft = new Draft();
            T result = work.apply(draft);
            commit(draft);
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when everything that was written so far will outlast the machine. @throws JournalException when it may not */
    public void awaitDurable() {
        long upTo;
        lock.lock();
        try {
            upTo = position;
        } finally {
            lock.unlock();
        }
        journal.sync(upTo);
    }

    private void commit(Draft draft) {
        if (draft.events.isEmpty()) {
            return;
        }
        position = journal.append(draft.last, draft.events);
        for (StoreEvent event : draft.events) {
            if (event.change() == Change.DELETED) {
                objects.remove(event.key());
            } else {
                objects.put(event.key(), event.object());
            }
            history.add(event);
            if (history.size() > historySize) {
                forgotten = history.remove().revision();
            }
        }
        revision = draft.last;
        for (Watch watch : watches) {
            for (StoreEvent event : draft.events) {
                if (watch.isOf(event.key().resource())) {
                    watch.offer(event);
                }
            }
            watch.reach(revision);
        }
        List<StoreEvent> told = List.copyOf(draft.events);
        listeners.forEach(listener -> listener.accept(told));
        if (journal.wantsCompaction()) {
            List<Kept> kept = new ArrayList<>(objects.size());
            objects.forEach((key, object) -> kept.add(new Kept(key, object)));
            journal.compact(revision, kept);
        }
    }

    public Optional<ObjectNode> find(ObjectKey key) {
        lock.lock();
        try {
            return Optional.ofNullable(objects.get(key));
        } finally {
            lock.unlock();
        }
    }

    /** Objects of a resource in the order of namespace and name. @param namespace empty for all of them */
    public Listing list(String resource, String namespace) {
        lock.lock();
        try {
            return new Listing(revision, range(resource, namespace));
        } finally {
            lock.unlock();
        }
    }

    private List<ObjectNode> range(String resource, String namespace) {
        ObjectKey first = new ObjectKey(resource, namespace, "");
        ObjectKey behind = namespace.isEmpty()
                ? new ObjectKey(resource + "\0", "", "")
                : new ObjectKey(resource, namespace + "\0", "");
        return new ArrayList<>(objects.subMap(first, true, behind, false).values());
    }

    /** The counter at the last change. */
    public long revision() {
        lock.lock();
        try {
            return revision;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells what changes behind a revision.
     *
     * @throws ExpiredException when those changes aren't all kept any more, or the revision is from another store
     */
    public Watch watch(String resource, long after) {
        lock.lock();
        try {
            if (after < forgotten) {
                throw new ExpiredException("too old resource version: " + after + " (" + (forgotten + 1) + ")");
            }
            if (after > revision) {
                throw new ExpiredException("too large resource version: " + after + ", current: " + revision);
            }
            List<StoreEvent> missed = new ArrayList<>();
            for (StoreEvent event : history) {
                if (event.revision() > after && event.key().resource().equals(resource)) {
                    missed.add(event);
                }
            }
            Watch watch = new Watch(this, resource, revision, missed);
            watches.add(watch);
            return watch;
        } finally {
            lock.unlock();
        }
    }

    /** @throws ExpiredException when changes behind this revision aren't all kept any more */
    public void requireKept(long after) {
        lock.lock();
        try {
            if (after < forgotten) {
                throw new ExpiredException("The provided continue parameter is too old to display a consistent list"
                        + " result. You can start a new list without the continue parameter.");
            }
        } finally {
            lock.unlock();
        }
    }

    void forget(Watch watch) {
        watches.remove(watch);
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
        journal.close();
    }

    /** Writes that are made together, and the objects as they leave them. Valid during {@link ObjectStore#write} only. */
    public final class Draft {
        private final List<StoreEvent> events = new ArrayList<>();
        private final TreeMap<ObjectKey, Optional<ObjectNode>> changed = new TreeMap<>();
        private long last = revision;

        private Draft() {}

        public Optional<ObjectNode> find(ObjectKey key) {
            Optional<ObjectNode> own = changed.get(key);
            return own == null ? Optional.ofNullable(objects.get(key)) : own;
        }

        /** As {@link ObjectStore#list}, with this draft's own writes. */
        public List<ObjectNode> list(String resource, String namespace) {
            if (changed.isEmpty()) {
                return range(resource, namespace);
            }
            TreeMap<ObjectKey, ObjectNode> all = new TreeMap<>();
            objects.tailMap(new ObjectKey(resource, namespace, ""), true).entrySet().stream()
                    .takeWhile(e -> isIn(e.getKey(), resource, namespace))
                    .forEach(e -> all.put(e.getKey(), e.getValue()));
            changed.forEach((key, object) -> {
                if (isIn(key, resource, namespace)) {
                    object.ifPresentOrElse(node -> all.put(key, node), () -> all.remove(key));
                }
            });
            return new ArrayList<>(all.values());
        }

        private static boolean isIn(ObjectKey key, String resource, String namespace) {
            return key.resource().equals(resource)
                    && (namespace.isEmpty() || key.namespace().equals(namespace));
        }

        /** Puts an object there, new or in place of the one that was; its {@code metadata.resourceVersion} is set here. */
        public ObjectNode put(ObjectKey key, ObjectNode object) {
            Optional<ObjectNode> before = find(key);
            ObjectNode stamped = stamp(object, ++last);
            changed.put(key, Optional.of(stamped));
            events.add(new StoreEvent(last, before.isEmpty() ? Change.ADDED : Change.MODIFIED, key, stamped, before));
            return stamped;
        }

        /** Takes an object out. @throws IllegalArgumentException where there is none */
        public ObjectNode remove(ObjectKey key) {
            ObjectNode before = find(key).orElseThrow(() -> new IllegalArgumentException("there is no " + key));
            ObjectNode stamped = stamp(before.deepCopy(), ++last);
            changed.put(key, Optional.empty());
            events.add(new StoreEvent(last, Change.DELETED, key, stamped, Optional.of(before)));
            return stamped;
        }

        private static ObjectNode stamp(ObjectNode object, long version) {
            object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
            return object;
        }
    }
}
