package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Hears of flows that begin, change and end. Safe from any thread, but each event is given to one caller only. */
public final class FlowEvents implements AutoCloseable {
    private static final int NFNLGRP_CONNTRACK_NEW = 1;
    private static final int NFNLGRP_CONNTRACK_UPDATE = 2;
    private static final int NFNLGRP_CONNTRACK_DESTROY = 3;

    private final NetlinkSocket socket;

    private FlowEvents(NetlinkSocket socket) {
        this.socket = socket;
    }

    static FlowEvents open(Netns namespace) {
        NetlinkSocket socket = NetlinkSocket.open(namespace, ConntrackProtocol.FAMILY);
        try {
            socket.join(NFNLGRP_CONNTRACK_NEW);
            socket.join(NFNLGRP_CONNTRACK_UPDATE);
            socket.join(NFNLGRP_CONNTRACK_DESTROY);
            return new FlowEvents(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits for events.
     *
     * @return what came, {@link FlowEvent.Lost} among it when the kernel had to drop some; empty when nothing came in time
     */
    public List<FlowEvent> await(Duration patience) {
        List<FlowEvent> events = new ArrayList<>();
        try {
            for (Message message : socket.events(patience)) {
                if (message.type() >> 8 == Wire.SUBSYSTEM) {
                    events.add(event(message));
                }
            }
        } catch (SyscallException e) {
            if (!e.errno().equals(Errno.ENOBUFS)) {
                throw e;
            }
            events.add(new FlowEvent.Lost());
        }
        return events;
    }

    static FlowEvent event(Message message) {
        Flow flow = Flow.decode(message);
        if ((message.type() & 0xff) == Wire.DELETE) {
            return new FlowEvent.Ended(flow);
        }
        return (message.flags() & Request.NLM_F_CREATE) != 0 ? new FlowEvent.Begun(flow) : new FlowEvent.Changed(flow);
    }

    @Override
    public void close() {
        socket.close();
    }
}
