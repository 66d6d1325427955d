package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;

/** The addresses in one namespace. Safe from any thread. Every refusal is a {@link dev.fairlead.kernel.NetlinkException}. */
public final class Addresses {
    private final NetlinkSocket socket;

    Addresses(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** All, of both families. */
    public List<Address> list() {
        return list(AddressRequests.list());
    }

    /** Those of one link. */
    public List<Address> list(int device) {
        return list(AddressRequests.list(device));
    }

    private List<Address> list(Request request) {
        List<Address> addresses = new ArrayList<>();
        for (Message message : socket.dump(request)) {
            addresses.add(Address.decode(message));
        }
        return addresses;
    }

    /** As {@link Address#of}: no duplicate detection with IPv6. */
    public void add(int device, Prefix prefix) {
        add(Address.of(device, prefix));
    }

    public void add(Address address) {
        var _ = socket.call(AddressRequests.add(address));
    }

    public void replace(Address address) {
        var _ = socket.call(AddressRequests.replace(address));
    }

    public void delete(int device, Prefix prefix) {
        delete(Address.of(device, prefix));
    }

    public void delete(Address address) {
        var _ = socket.call(AddressRequests.delete(address));
    }
}
