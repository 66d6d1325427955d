package dev.fairlead.api.store;

import dev.fairlead.api.store.ObjectStore.Kept;
import java.util.List;

/**
 * Where the store's changes go before anybody hears of them. {@link #append} and {@link #compact} are called by one thread at a
 * time, under the store's lock; {@link #sync} by any number.
 */
public interface Journal extends AutoCloseable {
    /** Keeps nothing: the objects live as long as the process. */
    Journal NONE = new Journal() {
        @Override
        public long append(long revision, List<StoreEvent> events) {
            return 0;
        }

        @Override
        public void sync(long position) {}

        @Override
        public boolean wantsCompaction() {
            return false;
        }

        @Override
        public void compact(long revision, List<Kept> objects) {}

        @Override
        public void close() {}
    };

    /**
     * Takes in changes that are made together.
     *
     * @param revision the store's counter behind them
     * @return what {@link #sync} is to be asked for, to have them outlast the machine
     * @throws JournalException when that fails; the changes are then not made
     */
    long append(long revision, List<StoreEvent> events);

    /**
     * Returns when everything up to a position outlasts the end of the machine.
     *
     * @throws JournalException when that can't be had; nothing more is then taken in
     */
    void sync(long position);

    /** Whether what is kept has grown much larger than what there is. */
    boolean wantsCompaction();

    /** Begins to replace what is kept by what there is. @param objects all of them, at this revision */
    void compact(long revision, List<Kept> objects);

    @Override
    void close();
}
