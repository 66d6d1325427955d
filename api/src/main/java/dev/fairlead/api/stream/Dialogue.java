package dev.fairlead.api.stream;

/** What goes on over a connection that carries messages. All methods are called on one thread, one after the other. */
public interface Dialogue {
    /** The connection. Safe from any thread. */
    interface Wire {
        /** Sends a message; waits while the other side is slow. Does nothing once the connection has ended. */
        void send(byte[] message);

        /** As {@link #send}, for a message of text. @param message in UTF-8 */
        void tell(byte[] message);

        /** Says goodbye. @param code of RFC 6455, 7.4 */
        void end(int code, String reason);
    }

    /** The connection is there. */
    void opened(Wire wire);

    /** A message, or a part of one: what comes until {@code last} belongs together. */
    void received(byte[] part, boolean last);

    /** The connection is gone, whoever ended it. Comes once, last. */
    void gone();
}
