package dev.fairlead.plan;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map whose changes make a new map and share all that didn't change with the old one. One change of n entries
 * costs O(log n), and so does telling two versions apart ({@link #differences}): what makes the cost of an update follow
 * the change and not the cluster. The {@link Map} methods that would change it in place are refused.
 */
@SuppressWarnings("ReferenceEquality") // as in Tree
public final class PersistentMap<K extends Comparable<? super K>, V> extends AbstractMap<K, V> {
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<String, String>(null);

    private final @Nullable Tree<K, V> root;

    private PersistentMap(@Nullable Tree<K, V> root) {
        this.root = root;
    }

    /** The map without entries. */
    @SuppressWarnings("unchecked") // it holds nothing, so it holds nothing of the wrong type
    public static <K extends Comparable<? super K>, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    /** This map with {@code key} at {@code value}; this very map when it already is. */
    public PersistentMap<K, V> with(K key, V value) {
        return changed(Tree.with(root, key, value));
    }

    /** This map without {@code key}; this very map when it isn't there. */
    public PersistentMap<K, V> without(K key) {
        return changed(Tree.without(root, key));
    }

    private PersistentMap<K, V> changed(@Nullable Tree<K, V> tree) {
        return tree == root ? this : new PersistentMap<>(tree);
    }

    /** The value at {@code key}, if there is one. */
    public Optional<V> find(K key) {
        Tree<K, V> found = Tree.find(root, key);
        return found == null ? Optional.empty() : Optional.of(found.value());
    }

    /** The entry with the greatest key not above {@code key}. */
    public Optional<Entry<K, V>> floor(K key) {
        return entry(Tree.floor(root, key));
    }

    /** The entry with the least key not below {@code key}. */
    public Optional<Entry<K, V>> ceiling(K key) {
        return entry(Tree.ceiling(root, key));
    }

    /** The entry with the least key. */
    public Optional<Entry<K, V>> first() {
        return entry(Tree.first(root));
    }

    /** How many keys are below {@code key}. */
    public int rank(K key) {
        return Tree.rank(root, key);
    }

    private Optional<Entry<K, V>> entry(@Nullable Tree<K, V> tree) {
        return Optional.ofNullable(tree);
    }

    @Override
    public int size() {
        return Tree.size(root);
    }

    @Override
    @SuppressWarnings("unchecked") // Map's contract: a key of another type gives ClassCastException
    public @Nullable V get(@Nullable Object key) {
        Tree<K, V> found = key == null ? null : Tree.find(root, (K) key);
        return found == null ? null : found.value();
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return get(key) != null;
    }

    /** The entries in the order of their keys. */
    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<K, V>> iterator() {
                return Tree.iterator(root);
            }

            @Override
            public int size() {
                return PersistentMap.this.size();
            }
        };
    }

    /** Told what is not the same in two maps. */
    public interface Differences<K, V> {
        void added(K key, V value);

        void removed(K key, V value);

        void changed(K key, V before, V after);
    }

    /**
     * Tells {@code to} what makes {@code after} of {@code before}, in the order of the keys. Parts that both maps share are
     * not looked at, so this takes O(d log n) for d differences when one map was made from the other.
     */
    public static <K extends Comparable<? super K>, V> void differences(
            PersistentMap<K, V> before, PersistentMap<K, V> after, Differences<? super K, ? super V> to) {
        Tree.differences(before.root, after.root, to);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (other instanceof PersistentMap<?, ?> map && map.root == root) {
            return true;
        }
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
