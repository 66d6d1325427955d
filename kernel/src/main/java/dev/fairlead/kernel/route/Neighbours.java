package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * The neighbours and forwarding entries in one namespace. Safe from any thread. Every refusal is a {@link
 * dev.fairlead.kernel.NetlinkException}; deleting what isn't there is one that {@code isNotFound()}.
 */
public final class Neighbours {
    private final NetlinkSocket socket;

    Neighbours(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** All, of both families, without proxy entries. */
    public List<Neighbour> list() {
        List<Neighbour> neighbours = list(Family.IPV4, 0);
        neighbours.addAll(list(Family.IPV6, 0));
        return neighbours;
    }

    /** Those of one link, or of all with 0. */
    public List<Neighbour> list(Family family, int device) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (Message message : socket.dump(NeighbourRequests.list(family, device))) {
            neighbours.add(Neighbour.decode(message));
        }
        return neighbours;
    }

    public void add(Neighbour neighbour) {
        send(NeighbourRequests.add(neighbour));
    }

    public void replace(Neighbour neighbour) {
        send(NeighbourRequests.replace(neighbour));
    }

    public void delete(Neighbour neighbour) {
        send(NeighbourRequests.delete(neighbour));
    }

    /** Forwarding entries of all bridges and VXLAN devices. */
    public List<FdbEntry> listFdb() {
        return listFdb(NeighbourRequests.listFdb());
    }

    /** Forwarding entries of one bridge and its ports. */
    public List<FdbEntry> listFdb(int bridge) {
        return listFdb(NeighbourRequests.listFdb(bridge));
    }

    private List<FdbEntry> listFdb(Request request) {
        List<FdbEntry> entries = new ArrayList<>();
        for (Message message : socket.dump(request)) {
            entries.add(FdbEntry.decode(message));
        }
        return entries;
    }

    public void add(FdbEntry entry) {
        send(NeighbourRequests.add(entry));
    }

    public void replace(FdbEntry entry) {
        send(NeighbourRequests.replace(entry));
    }

    /** One more destination for the same address of a VXLAN device. */
    public void append(FdbEntry entry) {
        send(NeighbourRequests.append(entry));
    }

    public void delete(FdbEntry entry) {
        send(NeighbourRequests.delete(entry));
    }

    private void send(Request request) {
        var _ = socket.call(request);
    }
}
