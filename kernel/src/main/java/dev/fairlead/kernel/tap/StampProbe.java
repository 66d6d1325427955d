package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits until the kernel keeps the times of packets. It begins to when the first socket of the whole host asks for them, but
 * only some moments later ({@code net_enable_timestamp}, {@code net/core/dev.c}); before, a packet has the time at which it
 * was read, and those of several taps can't be put in order. No file tells whether it has begun, so packets are sent until
 * one has a time of its own: in a namespace made for that, where nobody sees them.
 */
final class StampProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 50_000;
    private static final BpfProgram EVERYTHING = new BpfProgram(List.of(new BpfInstruction(Bpf.RET, 0, 0, Frame.SNAP)));

    private StampProbe() {}

    /** To be called while a socket is open that asks for times. Gives up after a second: sightings say what they lack. */
    static void await() {
        try (Netns aside = Netns.create()) {
            try (Rtnetlink links = Rtnetlink.open(aside)) {
                links.links().set("lo", LinkSetting.up());
            }
            try (PacketSocket socket = PacketSocket.open(aside, "lo", EVERYTHING);
                    Arena arena = Arena.ofConfined()) {
                PacketBuffer buffer = new PacketBuffer(arena);
                long end = System.nanoTime() + PATIENCE.toNanos();
                while (!isStamped(socket, buffer) && System.nanoTime() - end < 0) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private static boolean isStamped(PacketSocket socket, PacketBuffer buffer) {
        byte[] frame = new byte[60];
        frame[12] = (byte) (Wire.ETH_P_EXPERIMENT >> 8);
        frame[13] = (byte) Wire.ETH_P_EXPERIMENT;
        socket.send(frame);
        Optional<PacketBuffer.Arrival> arrival = socket.receive(buffer);
        while (arrival.isPresent() && arrival.get().read()) {
            arrival = socket.receive(buffer);
        }
        return arrival.isPresent();
    }
}
