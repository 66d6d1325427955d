package dev.fairlead.trace.observe;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * A connection that is yet to be made, or an echo request yet to be sent, from a socket in somebody's namespace. Its port, or
 * identifier, is known before, so that what is to see it can be told. Nothing about it is special: no mark, no option. Confined to
 * one thread.
 */
public sealed interface Attempt extends AutoCloseable permits ConnectionAttempt, EchoAttempt {
    /** So often it looks whether anybody still waits. */
    Duration STEP = Duration.ofMillis(200);

    /** How it went. */
    enum End {
        /** A connection was made, or a datagram or an echo request was answered. */
        ANSWERED,
        /** The other side, or a node for it, said that nobody takes it. */
        REFUSED,
        /** A router said that it doesn't get there. */
        UNREACHABLE,
        /** It is longer than what gets there, and must not be cut. */
        TOO_LONG,
        /** Nothing came back in time. */
        SILENT
    }

    /** @param text what the socket said, in the kernel's words; empty where it was answered */
    record Outcome(End end, Duration took, String text) {
        /** @param start by {@link System#nanoTime} */
        static Outcome since(long start, End end, String text) {
            return new Outcome(end, Duration.ofNanos(System.nanoTime() - start), text);
        }

        static Outcome silent(long start, Duration patience) {
            return since(start, End.SILENT, "no answer in " + patience.toMillis() + " ms");
        }
    }

    /**
     * What is sent.
     *
     * @param size how many bytes a datagram or an echo request carries, headers not counted, at most {@link #MOST_BYTES}; it is then
     *     sent whole or not at all. 0 for a line of text, and for TCP
     */
    record Kind(Protocol protocol, int size) {
        /** As many as fit into IPv4's largest packet. */
        public static final int MOST_BYTES = 65_507;

        /** As much as {@code ping} sends. */
        private static final int ECHO = 56;

        private static final byte[] GREETING = "fairlead trace\n".getBytes(StandardCharsets.US_ASCII);

        byte[] payload() {
            return Arrays.copyOf(GREETING, size > 0 ? size : protocol.hasPorts() ? GREETING.length : ECHO);
        }
    }

    /**
     * Takes a port, or an identifier.
     *
     * @param source an address of that namespace
     * @throws UncheckedIOException when there is none to be had
     * @throws KernelException the same, of an echo
     */
    static Attempt prepare(Netns namespace, Kind kind, Ip source, IpPort destination) {
        return kind.protocol().hasPorts()
                ? ConnectionAttempt.prepare(namespace, kind, source, destination)
                : EchoAttempt.prepare(namespace, kind, source, destination.ip());
    }

    Flow flow();

    /** Makes it, and waits for an answer. @param gone whether nobody wants to know any more */
    Outcome make(Duration patience, BooleanSupplier gone);

    @Override
    void close();
}
