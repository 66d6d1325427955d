package dev.fairlead.api.store;

import java.util.List;

/** Where the store's changes go before anybody hears of them. Called by one thread at a time. */
public interface Journal extends AutoCloseable {
    /** Keeps nothing: the objects live as long as the process. */
    Journal NONE = new Journal() {
        @Override
        public void append(List<StoreEvent> events) {}

        @Override
        public void close() {}
    };

    /**
     * Makes changes durable.
     *
     * @throws java.io.UncheckedIOException when that fails; the changes are then not made
     */
    void append(List<StoreEvent> events);

    @Override
    void close();
}
