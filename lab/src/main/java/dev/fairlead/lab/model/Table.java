package dev.fairlead.lab.model;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The live objects of one kind; gives out copies, and a new copy only after a change. Confined to its store. */
final class Table<T extends LabObject> {
    private final Class<T> type;
    private final TreeMap<ObjectKey, T> live = new TreeMap<>();
    private SortedMap<ObjectKey, T> copy = new TreeMap<>();
    private boolean changed;

    Table(Class<T> type) {
        this.type = type;
    }

    SortedMap<ObjectKey, T> snapshot() {
        if (changed) {
            copy = new TreeMap<>(live);
            changed = false;
        }
        return copy;
    }

    Optional<T> get(ObjectKey key) {
        return Optional.ofNullable(live.get(key));
    }

    void put(LabObject object) {
        live.put(object.key(), type.cast(object));
        changed = true;
    }

    void remove(ObjectKey key) {
        live.remove(key);
        changed = true;
    }
}
