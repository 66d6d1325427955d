package dev.fairlead.bench;

import java.util.ArrayDeque;
import java.util.Deque;

/** Things to close, the last one first; a failure doesn't keep the others open. Confined to one thread. */
final class Owned implements AutoCloseable {
    /** As {@link AutoCloseable#close}, throwing nothing checked. */
    @FunctionalInterface
    interface Closing {
        void close();
    }

    private final Deque<Closing> things = new ArrayDeque<>();

    void add(Closing closing) {
        things.push(closing);
    }

    @Override
    public void close() {
        RuntimeException first = null;
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
