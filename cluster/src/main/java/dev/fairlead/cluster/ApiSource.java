package dev.fairlead.cluster;

import java.io.IOException;
import java.time.Duration;

/** Where a Kubernetes API is asked. Safe from any thread. */
public interface ApiSource extends AutoCloseable {

    /** Takes the body of an answer piece by piece, as it comes. */
    @FunctionalInterface
    interface Receiver {
        /**
         * @param status the answer's HTTP status, the same for all pieces
         * @param bytes whose first {@code length} are the piece; valid during the call only
         */
        void receive(int status, byte[] bytes, int length) throws IOException;
    }

    /**
     * Asks by GET and returns when the answer has ended; an interrupt cuts it.
     *
     * @param path with query, such as {@code /api/v1/nodes?watch=1}
     * @param patience for the whole of the answer
     * @return the HTTP status
     * @throws IOException when there was no answer, or it was cut, took too long, or the receiver refused it
     */
    int get(String path, Duration patience, Receiver receiver) throws IOException, InterruptedException;

    @Override
    void close();
}
