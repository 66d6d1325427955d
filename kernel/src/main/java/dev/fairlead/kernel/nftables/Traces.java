package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Hears of the steps of packets that a rule has marked with {@code meta nftrace set 1}. Safe from any thread, but each step
 * is given to one caller only.
 */
public final class Traces implements AutoCloseable {
    private static final int NFNLGRP_NFTRACE = 9;

    private final NetlinkSocket socket;

    private Traces(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Traces open(Netns namespace) {
        NetlinkSocket socket = NetlinkSocket.open(namespace, NftablesProtocol.FAMILY);
        try {
            socket.join(NFNLGRP_NFTRACE);
            return new Traces(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * What was heard.
     *
     * @param lost whether the kernel had to drop steps before these
     */
    public record Heard(List<TraceEvent> steps, boolean lost) {
        public Heard {
            steps = List.copyOf(steps);
        }
    }

    /** Waits for steps; none when nothing came in time. */
    public Heard await(Duration patience) {
        List<TraceEvent> steps = new ArrayList<>();
        try {
            for (Message message : socket.events(patience)) {
                if (message.type() == Wire.type(Wire.TRACE)) {
                    steps.add(TraceEvent.decode(message));
                }
            }
            return new Heard(steps, false);
        } catch (SyscallException e) {
            if (!e.errno().equals(Errno.ENOBUFS)) {
                throw e;
            }
            return new Heard(steps, true);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
