package dev.fairlead.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node of an immutable AVL tree, with everything else built on {@code join} (Blelloch, Ferizovic, Sun: Just Join for
 * Parallel Ordered Sets, 2016). Balanced by height and not by a hash of the key, because tenants choose the names that are
 * keys here and could choose colliding ones. An empty tree is {@code null}, inside this class and {@link PersistentMap}.
 */
@SuppressWarnings("ReferenceEquality") // a part that is the same object is a part that needn't be looked at
final class Tree<K extends Comparable<? super K>, V> implements Entry<K, V> {
    private final @Nullable Tree<K, V> left;
    private final K key;
    private final V value;
    private final @Nullable Tree<K, V> right;
    private final int height;
    private final int size;

    private Tree(@Nullable Tree<K, V> left, K key, V value, @Nullable Tree<K, V> right) {
        this.left = left;
        this.key = key;
        this.value = value;
        this.right = right;
        this.height = Math.max(height(left), height(right)) + 1;
        this.size = size(left) + 1 + size(right);
    }

    V value() {
        return value;
    }

    static int size(@Nullable Tree<?, ?> tree) {
        return tree == null ? 0 : tree.size;
    }

    private static int height(@Nullable Tree<?, ?> tree) {
        return tree == null ? 0 : tree.height;
    }

    // ---- looking up

    static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> find(@Nullable Tree<K, V> tree, K key) {
        Tree<K, V> at = tree;
        while (at != null) {
            int side = key.compareTo(at.key);
            if (side == 0) {
                return at;
            }
            at = side < 0 ? at.left : at.right;
        }
        return null;
    }

    static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> floor(@Nullable Tree<K, V> tree, K key) {
        Tree<K, V> best = null;
        Tree<K, V> at = tree;
        while (at != null) {
            boolean below = at.key.compareTo(key) <= 0;
            best = below ? at : best;
            at = below ? at.right : at.left;
        }
        return best;
    }

    static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> ceiling(@Nullable Tree<K, V> tree, K key) {
        Tree<K, V> best = null;
        Tree<K, V> at = tree;
        while (at != null) {
            boolean above = at.key.compareTo(key) >= 0;
            best = above ? at : best;
            at = above ? at.left : at.right;
        }
        return best;
    }

    static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> first(@Nullable Tree<K, V> tree) {
        Tree<K, V> at = tree;
        while (at != null && at.left != null) {
            at = at.left;
        }
        return at;
    }

    static <K extends Comparable<? super K>, V> int rank(@Nullable Tree<K, V> tree, K key) {
        int below = 0;
        Tree<K, V> at = tree;
        while (at != null) {
            boolean smaller = at.key.compareTo(key) < 0;
            below += smaller ? size(at.left) + 1 : 0;
            at = smaller ? at.right : at.left;
        }
        return below;
    }

    static <K extends Comparable<? super K>, V> Iterator<Entry<K, V>> iterator(@Nullable Tree<K, V> tree) {
        Deque<Tree<K, V>> path = new ArrayDeque<>();
        descend(tree, path);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !path.isEmpty();
            }

            @Override
            public Entry<K, V> next() {
                if (path.isEmpty()) {
                    throw new NoSuchElementException();
                }
                Tree<K, V> next = path.pop();
                descend(next.right, path);
                return next;
            }
        };
    }

    private static <K extends Comparable<? super K>, V> void descend(
            @Nullable Tree<K, V> tree, Deque<Tree<K, V>> path) {
        for (Tree<K, V> at = tree; at != null; at = at.left) {
            path.push(at);
        }
    }

    // ---- changing

    static <K extends Comparable<? super K>, V> Tree<K, V> with(@Nullable Tree<K, V> tree, K key, V value) {
        if (tree == null) {
            return new Tree<>(null, key, value, null);
        }
        int side = key.compareTo(tree.key);
        if (side == 0) {
            return tree.value.equals(value) ? tree : new Tree<>(tree.left, tree.key, value, tree.right);
        }
        if (side < 0) {
            Tree<K, V> left = with(tree.left, key, value);
            return left == tree.left ? tree : join(left, tree, tree.right);
        }
        Tree<K, V> right = with(tree.right, key, value);
        return right == tree.right ? tree : join(tree.left, tree, right);
    }

    static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> without(@Nullable Tree<K, V> tree, K key) {
        if (tree == null) {
            return null;
        }
        int side = key.compareTo(tree.key);
        if (side == 0) {
            return join(tree.left, tree.right);
        }
        if (side < 0) {
            Tree<K, V> left = without(tree.left, key);
            return left == tree.left ? tree : join(left, tree, tree.right);
        }
        Tree<K, V> right = without(tree.right, key);
        return right == tree.right ? tree : join(tree.left, tree, right);
    }

    /** All of {@code left}, the entry of {@code middle}, all of {@code right}, whose heights may differ by any amount. */
    private static <K extends Comparable<? super K>, V> Tree<K, V> join(
            @Nullable Tree<K, V> left, Tree<K, V> middle, @Nullable Tree<K, V> right) {
        if (left != null && left.height > height(right) + 1) {
            return balanced(left.left, left, join(left.right, middle, right));
        }
        if (right != null && right.height > height(left) + 1) {
            return balanced(join(left, middle, right.left), right, right.right);
        }
        return new Tree<>(left, middle.key, middle.value, right);
    }

    private static <K extends Comparable<? super K>, V> @Nullable Tree<K, V> join(
            @Nullable Tree<K, V> left, @Nullable Tree<K, V> right) {
        Tree<K, V> middle = first(right);
        return middle == null ? left : join(left, middle, without(right, middle.key));
    }

    /** A node over two trees whose heights differ by at most two, turned so that they differ by at most one. */
    private static <K extends Comparable<? super K>, V> Tree<K, V> balanced(
            @Nullable Tree<K, V> left, Tree<K, V> middle, @Nullable Tree<K, V> right) {
        if (left != null && left.height > height(right) + 1) {
            if (left.right == null || height(left.left) >= left.right.height) {
                return node(left.left, left, node(left.right, middle, right));
            }
            Tree<K, V> top = left.right;
            return node(node(left.left, left, top.left), top, node(top.right, middle, right));
        }
        if (right != null && right.height > height(left) + 1) {
            if (right.left == null || height(right.right) >= right.left.height) {
                return node(node(left, middle, right.left), right, right.right);
            }
            Tree<K, V> top = right.left;
            return node(node(left, middle, top.left), top, node(top.right, right, right.right));
        }
        return node(left, middle, right);
    }

    private static <K extends Comparable<? super K>, V> Tree<K, V> node(
            @Nullable Tree<K, V> left, Tree<K, V> entry, @Nullable Tree<K, V> right) {
        return new Tree<>(left, entry.key, entry.value, right);
    }

    // ---- comparing

    /** What is below a key, at it, and above it. */
    private record Split<K extends Comparable<? super K>, V>(
            @Nullable Tree<K, V> below,
            @Nullable Tree<K, V> at,
            @Nullable Tree<K, V> above) {}

    private static <K extends Comparable<? super K>, V> Split<K, V> split(@Nullable Tree<K, V> tree, K key) {
        if (tree == null) {
            return new Split<>(null, null, null);
        }
        int side = key.compareTo(tree.key);
        if (side == 0) {
            return new Split<>(tree.left, tree, tree.right);
        }
        if (side < 0) {
            Split<K, V> inner = split(tree.left, key);
            return new Split<>(inner.below, inner.at, join(inner.above, tree, tree.right));
        }
        Split<K, V> inner = split(tree.right, key);
        return new Split<>(join(tree.left, tree, inner.below), inner.at, inner.above);
    }

    static <K extends Comparable<? super K>, V> void differences(
            @Nullable Tree<K, V> before,
            @Nullable Tree<K, V> after,
            PersistentMap.Differences<? super K, ? super V> to) {
        if (before == after) {
            return;
        }
        if (before == null) {
            iterator(after).forEachRemaining(entry -> to.added(entry.getKey(), entry.getValue()));
            return;
        }
        Split<K, V> other = split(after, before.key);
        differences(before.left, other.below, to);
        if (other.at == null) {
            to.removed(before.key, before.value);
        } else if (before.value != other.at.value && !before.value.equals(other.at.value)) {
            to.changed(before.key, before.value, other.at.value);
        }
        differences(before.right, other.above, to);
    }

    // ---- as an entry

    @Override
    public K getKey() {
        return key;
    }

    @Override
    public V getValue() {
        return value;
    }

    @Override
    public V setValue(V changed) {
        throw new UnsupportedOperationException("this map doesn't change");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Entry<?, ?> entry && key.equals(entry.getKey()) && value.equals(entry.getValue());
    }

    @Override
    public int hashCode() {
        return key.hashCode() ^ value.hashCode();
    }

    @Override
    public String toString() {
        return key + "=" + Objects.toString(value);
    }
}
