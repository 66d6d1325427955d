package dev.fairlead.trace.observe;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.icmp.EchoSocket;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** An echo request, as {@code ping -c 1} sends it, and its reply. Confined to one thread. */
final class EchoAttempt implements Attempt {
    /** The number that {@code ping} begins with. */
    private static final int SEQUENCE = 1;

    private final EchoSocket socket;
    private final Flow flow;
    private final byte[] payload;

    private EchoAttempt(EchoSocket socket, Flow flow, byte[] payload) {
        this.socket = socket;
        this.flow = flow;
        this.payload = payload;
    }

    static EchoAttempt prepare(Netns namespace, Kind kind, Ip source, Ip destination) {
        EchoSocket socket = EchoSocket.open(namespace, source, destination, kind.size() > 0);
        return new EchoAttempt(socket, Flow.echo(source, destination, socket.id()), kind.payload());
    }

    @Override
    public Flow flow() {
        return flow;
    }

    @Override
    public Outcome make(Duration patience, BooleanSupplier gone) {
        long start = System.nanoTime();
        long deadline = start + patience.toNanos();
        try {
            socket.send(SEQUENCE, payload);
            for (long left = patience.toNanos();
                    left > 0 && !gone.getAsBoolean();
                    left = deadline - System.nanoTime()) {
                if (socket.await(SEQUENCE, Duration.ofNanos(Math.min(left, STEP.toNanos())))) {
                    return Outcome.since(start, End.ANSWERED, "");
                }
            }
            return Outcome.silent(start, patience);
        } catch (KernelException e) {
            return refused(e, start);
        }
    }

    /** In the words that the JDK has for a connection's. */
    private static Outcome refused(KernelException told, long start) {
        Errno errno = told.errno();
        if (errno.equals(Errno.ECONNREFUSED)) {
            return Outcome.since(start, End.REFUSED, "port unreachable");
        }
        if (errno.equals(Errno.EMSGSIZE)) {
            return Outcome.since(start, End.TOO_LONG, "message too long");
        }
        return Outcome.since(start, End.UNREACHABLE, errno.text());
    }

    @Override
    public void close() {
        socket.close();
    }
}
