package dev.fairlead.plan.services;

import dev.fairlead.plan.PersistentMap;
import java.util.Collection;

/** Collects the keys that two maps don't have in common, whatever is behind them. */
record ChangedKeys<K>(Collection<K> added, Collection<K> removed, Collection<K> changed)
        implements PersistentMap.Differences<K, Object> {

    @Override
    public void added(K key, Object value) {
        added.add(key);
    }

    @Override
    public void removed(K key, Object value) {
        removed.add(key);
    }

    @Override
    public void changed(K key, Object before, Object after) {
        changed.add(key);
    }
}
