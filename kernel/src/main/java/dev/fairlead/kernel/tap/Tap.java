package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.DecodeException;
import java.util.List;
import java.util.Optional;

/**
 * Sees the packets that a filter wants on one device. The device and the other sockets on it don't notice, and no packet of
 * another device comes by the filter. For one thread at a time. {@link Taps} waits for many at once.
 */
public final class Tap implements AutoCloseable {
    private final TapPoint point;
    private final PacketSocket socket;
    private long unreadable;

    private Tap(TapPoint point, PacketSocket socket) {
        this.point = point;
        this.socket = socket;
    }

    /**
     * Begins to listen. Needs CAP_NET_RAW in the namespace. Of the namespace's and the device's going away the tap takes no
     * harm: it hears nothing more then.
     *
     * @throws dev.fairlead.kernel.SyscallException that {@code isNotFound()} when there is no such device
     * @throws IllegalArgumentException when what the device carries doesn't begin with an Ethernet header
     */
    public static Tap open(TapPoint point, TapFilter filter) {
        return new Tap(point, PacketSocket.open(point.namespace(), point.device(), filter.program()));
    }

    public TapPoint point() {
        return point;
    }

    int descriptor() {
        return socket.number();
    }

    /** The next packet that has been seen, without waiting for one. */
    public Optional<Sighting> next() {
        while (true) {
            Optional<PacketRing.Arrival> arrival = socket.receive();
            if (arrival.isEmpty()) {
                return Optional.empty();
            }
            PacketRing.Arrival it = arrival.get();
            try {
                SeenPacket packet = SeenPacket.decode(it.frame());
                return Optional.of(new Sighting(point, it.nanos(), it.type(), it.frame(), packet));
            } catch (DecodeException e) {
                unreadable++; // anybody can send such: a trace goes on, and says so at its end
            }
        }
    }

    /**
     * Reads what has been seen until a time, and one packet more where there are later ones: that there is an end, when they
     * come faster than they are read.
     */
    void drain(long until, List<Sighting> into) {
        Optional<Sighting> next = next();
        while (next.isPresent()) {
            into.add(next.get());
            next = next.get().nanos() > until ? Optional.empty() : next();
        }
    }

    /** What became of the packets so far. */
    public TapCounts counts() {
        return socket.counts(unreadable);
    }

    /** Ends the listening; what was seen and not read is lost, and nothing stays behind in the namespace. */
    @Override
    public void close() {
        socket.close();
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
